using EasyQuant.AppHost;

try
{
    AppHostArguments arguments = AppHostArguments.Parse(args);
    IDistributedApplicationBuilder builder = DistributedApplication.CreateBuilder(arguments.ToOptions());
    var platform = new Platform(builder, DataDirectories.Prepare(builder, arguments), arguments);

    var workflow = platform.AddService<Projects.EasyQuant_WorkflowService>(ResourceNames.Workflow);
    var backtest = platform.AddService<Projects.EasyQuant_BacktestService>(ResourceNames.Backtest).WithReference(workflow);
    var monitor = platform.AddService<Projects.EasyQuant_MonitorService>(ResourceNames.Monitor).WithReference(workflow);
    var scheduler = platform.AddService<Projects.EasyQuant_SchedulerService>(ResourceNames.Scheduler, replicas: 2).WithReference(workflow);
    var runner = platform.AddService<Projects.EasyQuant_RunnerService>(ResourceNames.Runner, replicas: 2)
        .WithReference(workflow).WithReference(backtest).WithReference(monitor);
    platform.AddRedis(runner);
    platform.AddService<Projects.EasyQuant_Gateway>(ResourceNames.Gateway)
        .WithReference(workflow).WithReference(backtest).WithReference(monitor).WithReference(scheduler)
        .WithExternalHttpEndpoints()
        .WithUrlForEndpoint("http", url => url.DisplayText = "Gateway");

    Publishing.AddEnvironment(builder, arguments, platform);
    builder.Build().Run();
    return Environment.ExitCode;
}
catch (Exception exception) when (exception is DistributedApplicationException or UnauthorizedAccessException or IOException)
{
    await Console.Error.WriteLineAsync(exception.Message);
    return 1;
}
