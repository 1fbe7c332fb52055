using System.Diagnostics;
using EasyQuant.Contracts.Group.V1;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.Contracts.Worker.V1;
using EasyQuant.Contracts.Workflow.V1;
using EasyQuant.Messaging;
using EasyQuant.Messaging.Topics.Redis;
using EasyQuant.Nodes;
using EasyQuant.Nodes.Hosting;
using EasyQuant.Persistence;
using EasyQuant.RunnerService.Grpc.Dispatch;
using EasyQuant.RunnerService.Grpc.Execution;
using EasyQuant.RunnerService.Grpc.Groups;
using EasyQuant.RunnerService.Grpc.Monitoring;
using EasyQuant.RunnerService.Processes;
using EasyQuant.RunnerService.Projects;
using EasyQuant.RunnerService.Storage;
using EasyQuant.RunnerService.Grpc.Registration;
using EasyQuant.ServiceDefaults.Grpc;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;

namespace EasyQuant.RunnerService;

/// <summary>Adds the Runner to a host.</summary>
public static class RunnerServiceExtensions
{
    /// <summary>
    /// Adds everything: database <c>easyquant</c>, broker <c>messaging</c>, clients of <c>workflow</c> and <c>monitor</c>, all node packs, the loops that
    /// claim, execute, report and renew.
    /// </summary>
    /// <param name="builder">The service.</param>
    /// <returns>The same builder.</returns>
    public static WebApplicationBuilder AddRunner(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        IServiceCollection services = builder.Services;
        services.AddOptions<RunnerOptions>().BindConfiguration(RunnerOptions.Section).Configure<IConfiguration>((options, configuration) =>
        {
            options.DataRoot = configuration[RunnerOptions.DataRootSetting] ?? options.DataRoot;
            options.DataPassword = configuration[RunnerOptions.DataPasswordSetting] ?? options.DataPassword;
            options.Redis = configuration[RunnerOptions.RedisSetting] ?? options.Redis;
        }).Validate(
            options => options.Redis.Length == 0 || RedisTopicTransport.IsAddress(options.Redis),
            $"{RunnerOptions.RedisSetting} must name a server in the form of StackExchange.Redis, for example 127.0.0.1:6379,password=...; leave it out for none.")
            .ValidateDataAnnotations().ValidateOnStart();
        builder.AddNpgsqlDataSource("easyquant", configureDataSourceBuilder: source => DataSourceDefaults.Apply(source, "easyquant-runner", null));
        builder.AddRabbitMQClient("messaging");
        builder.AddGrpcServerDefaults();
        builder.AddServiceClient<DispatchService.DispatchServiceClient>("workflow");
        builder.AddServiceClient<ItemDispatchService.ItemDispatchServiceClient>("workflow");
        builder.AddServiceClient<NodeService.NodeServiceClient>("workflow");
        builder.AddServiceClient<WorkerService.WorkerServiceClient>("monitor");
        services.AddSingleton(new ActivitySource(RunnerIdentity.SourceName));
        services.AddSingleton(AllNodePacks.CreateCatalog());
        services.AddSingleton<RunnerIdentity>();
        services.AddSingleton<ActiveRuns>();
        services.AddSingleton<LeaseClock>();
        services.AddSingleton<GraphCache>();
        builder.AddServiceClient<GroupService.GroupServiceClient>("workflow");
        services.AddSingleton<GroupReports>();
        services.AddSingleton(provider => Brokers.Create(
            provider.GetRequiredService<IConnectionFactory>(), provider.GetRequiredService<IOptions<RunnerOptions>>().Value.Redis,
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILoggerFactory>()));
        services.AddSingleton<ChildBrokers>();
        services.AddSingleton(provider => new HttpDoor(
            new HttpDoorOptions { AllowedEndpoints = provider.GetRequiredService<IOptions<RunnerOptions>>().Value.HttpAllowedEndpoints }, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<ProjectDatabases>();
        services.AddSingleton<ProjectServices>();
        services.AddSingleton<ItemProcessPool>();
        services.AddSingleton<RunExecutor>();
        AddLoops(services);
        services.AddHealthChecks().AddCheck<NodeRegistrar>("node types");
        return builder;
    }

    // Hosted services stop in reverse order: hints and claims first, what reports and renews for running runs last.
    private static void AddLoops(IServiceCollection services)
    {
        services.AddSingleton<NodeRegistrar>();
        services.AddSingleton<StepReporter>();
        services.AddSingleton<RunClaimer>();
        services.AddHostedService(provider => provider.GetRequiredService<NodeRegistrar>());
        services.AddHostedService(provider => provider.GetRequiredService<StepReporter>());
        services.AddHostedService<LeaseKeeper>();
        services.AddHostedService<ProjectPreparation>();
        services.AddHostedService<WorkerLink>();
        services.AddHostedService(provider => provider.GetRequiredService<RunClaimer>());
        services.AddHostedService(provider => new MessageConsumer(
            provider.GetRequiredService<IConnectionFactory>(),
            new ConsumerOptions { Queue = new QueueDefinition { Name = Topology.RunQueue }, PrefetchMax = 8, ConcurrencyMax = 8 },
            new BrokerOptions(),
            provider.GetRequiredService<RunClaimer>().HintAsync,
            provider.GetRequiredService<ILogger<MessageConsumer>>()));
    }
}
