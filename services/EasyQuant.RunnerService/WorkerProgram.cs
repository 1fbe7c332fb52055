using EasyQuant.RunnerService.Configuration;
using EasyQuant.RunnerService.Processes;
using EasyQuant.ServiceDefaults;

namespace EasyQuant.RunnerService;

/// <summary>The worker program: reads its settings and runs until it is stopped.</summary>
internal static class WorkerProgram
{
    /// <summary>Runs the program. Returns 0 in good order, 1 when a setting is wrong: each is named on standard error and nothing starts.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        if (args is [ItemProgram.Argument])
        {
            return await ItemProgram.RunAsync();
        }

        WorkerSettings settings = WorkerSettings.Read(args, Environment.GetEnvironmentVariable, File.ReadAllText);
        if (settings.Help is { } help)
        {
            await Console.Out.WriteAsync(help);
            return 0;
        }

        if (settings.Faults.Count > 0)
        {
            foreach (string fault in settings.Faults)
            {
                await Console.Error.WriteLineAsync($"worker: {fault}");
            }

            return 1;
        }

        WebApplicationBuilder builder = WebApplication.CreateBuilder([.. settings.Rest]);
        builder.Configuration.AddInMemoryCollection(settings.Values);
        builder.AddServiceDefaults();
        builder.UseEasyQuantKestrel();
        builder.AddRunner();

        WebApplication app = builder.Build();
        app.MapServiceDefaults();
        app.MapRunner();
        await app.RunAsync();
        return 0;
    }
}
