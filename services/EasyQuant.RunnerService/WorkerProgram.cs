using EasyQuant.RunnerService.Configuration;
using EasyQuant.RunnerService.Processes;
using EasyQuant.ServiceDefaults;
using Microsoft.Extensions.Options;

namespace EasyQuant.RunnerService;

/// <summary>The worker program: reads its settings and runs until it is stopped.</summary>
internal static class WorkerProgram
{
    private const int ThreadsMax = 64;

    /// <summary>Runs the program. Returns 0 in good order, 1 when a setting is wrong: each is named on standard error and nothing starts; 70 when its background work failed.</summary>
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
        ReserveThreads(app.Services.GetRequiredService<IOptions<RunnerOptions>>().Value.MaxConcurrentRuns);
        app.MapServiceDefaults();
        app.MapRunner();
        await app.RunAsync();
        // Not 0 when background work failed.
        return Environment.ExitCode;
    }

    // Nodes compute on the threads of the pool. It starts with one a core and adds some a second: runs that all compute would keep the renewal of their
    // own leases waiting.
    private static void ReserveThreads(int runs)
    {
        ThreadPool.GetMinThreads(out int workers, out int completions);
        ThreadPool.SetMinThreads(Math.Max(workers, Environment.ProcessorCount + Math.Min(runs, ThreadsMax)), completions);
    }
}
