using EasyQuant.RunnerService;
using EasyQuant.RunnerService.Configuration;
using EasyQuant.RunnerService.Processes;
using EasyQuant.ServiceDefaults;

if (args is [ItemProgram.Argument])
{
    return await ItemProgram.RunAsync();
}

WorkerSettings settings = WorkerSettings.Read(args, Environment.GetEnvironmentVariable, File.ReadAllText);
if (settings.Help is { } help)
{
    Console.Out.Write(help);
    return 0;
}

if (settings.Faults.Count > 0)
{
    foreach (string fault in settings.Faults)
    {
        Console.Error.WriteLine($"worker: {fault}");
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
