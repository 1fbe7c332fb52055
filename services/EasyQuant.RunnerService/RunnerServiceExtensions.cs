using System.Diagnostics;
using EasyQuant.Contracts.Group.V1;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.Contracts.Secret.V1;
using EasyQuant.Contracts.Worker.V1;
using EasyQuant.Contracts.Workflow.V1;
using EasyQuant.Messaging;
using EasyQuant.Messaging.Topics.Redis;
using EasyQuant.Nodes;
using EasyQuant.Nodes.Hosting;
using EasyQuant.Persistence;
using EasyQuant.Persistence.Faults;
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
using Npgsql;
using RabbitMQ.Client;

namespace EasyQuant.RunnerService;

/// <summary>Adds the Runner to a host.</summary>
public static class RunnerServiceExtensions
{
    /// <summary>
    /// Adds everything: database <c>easyquant</c>, broker <c>messaging</c>, clients of <c>workflow</c> and <c>monitor</c>, all node packs, the loops that
    /// claim, execute, report and renew. A worker apart from the platform (<see cref="RunnerOptions.IsRemote"/>) has one stream instead of the clients.
    /// </summary>
    /// <param name="builder">The service.</param>
    /// <returns>The same builder.</returns>
    public static WebApplicationBuilder AddRunner(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        Failpoints.Begin();
        IServiceCollection services = builder.Services;
        services.AddOptions<RunnerOptions>().BindConfiguration(RunnerOptions.Section).Configure<IConfiguration>((options, configuration) =>
        {
            options.DataRoot = configuration[RunnerOptions.DataRootSetting] ?? options.DataRoot;
            options.DataPassword = configuration[RunnerOptions.DataPasswordSetting] ?? options.DataPassword;
            options.Redis = configuration[RunnerOptions.RedisSetting] ?? options.Redis;
        }).Validate(
            options => options.Redis.Length == 0 || RedisTopicTransport.IsAddress(options.Redis),
            $"{RunnerOptions.RedisSetting} must name a server in the form of StackExchange.Redis, for example 127.0.0.1:6379,password=...; leave it out for none.")
            .Validate(
                options => options.ServerCa.Length == 0 || ServerChannel.HasCertificate(options.ServerCa),
                $"{RunnerOptions.Section}:{nameof(RunnerOptions.ServerCa)} (--ca) must be a PEM file that can be read and holds a certificate.")
            .ValidateDataAnnotations().ValidateOnStart();
        RunnerOptions start = builder.Configuration.GetSection(RunnerOptions.Section).Get<RunnerOptions>() ?? new RunnerOptions();
        AddPlatform(builder, start);
        services.AddSingleton(new ActivitySource(RunnerIdentity.SourceName));
        services.AddSingleton(AllNodePacks.CreateCatalog());
        services.AddSingleton<RunnerIdentity>();
        services.AddSingleton<ActiveRuns>().AddSingleton<AbandonedNodes>();
        services.AddHealthChecks().AddCheck<AbandonedNodes>("slots");
        services.AddSingleton(provider => new LivingWorkers(
            provider.GetRequiredService<IOptions<RunnerOptions>>().Value.DataRoot, provider.GetRequiredService<RunnerIdentity>().WorkerId, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<LeaseClock>();
        services.AddSingleton<GraphCache>();
        services.AddSingleton<GroupReports>();
        services.AddBrokerOptions();
        services.AddSingleton(provider => Brokers.Create(
            provider.GetService<IConnectionFactory>(), provider.GetRequiredService<IOptions<RunnerOptions>>().Value.Redis, provider.GetRequiredService<BrokerOptions>(),
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILoggerFactory>()));
        services.AddSingleton<ChildBrokers>();
        services.AddSingleton(provider => new HttpDoor(
            new HttpDoorOptions { AllowedEndpoints = provider.GetRequiredService<IOptions<RunnerOptions>>().Value.HttpAllowedEndpoints }, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new ProjectDatabases(
            provider.GetService<NpgsqlDataSource>(),
            provider.GetRequiredService<IConfiguration>(),
            provider.GetRequiredService<IOptions<RunnerOptions>>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<ProjectDatabases>>()));
        services.AddSingleton<ProjectServices>().AddSingleton<ProjectRetention>();
        services.AddSingleton<WorkerUsage>().AddSingleton<ItemProcessPool>();
        services.AddSingleton<RunExecutor>();
        services.AddSingleton<LoadGuard>().AddSingleton<DispatchTunnel>().AddSingleton<WorkerConversation>().AddSingleton<AttachPlace>();
        AddLoops(services, start, hasBroker: HasConnection(builder, "messaging"));
        return builder;
    }

    /// <summary>Maps what a worker that listens serves; nothing for the others.</summary>
    /// <param name="app">The worker.</param>
    /// <returns>The same application.</returns>
    public static WebApplication MapRunner(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        if (app.Services.GetRequiredService<IOptions<RunnerOptions>>().Value.Listen)
        {
            app.MapGrpcService<AttachGrpc>();
        }

        return app;
    }

    // A Runner of the platform calls its services; a remote worker has one stream, to or from the platform, and database and broker only when given.
    private static void AddPlatform(WebApplicationBuilder builder, RunnerOptions start)
    {
        if (!start.IsRemote || HasConnection(builder, "easyquant"))
        {
            builder.AddNpgsqlDataSource("easyquant", configureDataSourceBuilder: source => DataSourceDefaults.Apply(source, "easyquant-runner", null));
        }

        if (!start.IsRemote || HasConnection(builder, "messaging"))
        {
            builder.AddRabbitMQClient("messaging", settings => settings.DisableHealthChecks = true);
            builder.Services.AddBrokerHealthCheck();
        }

        if (!start.IsRemote)
        {
            builder.AddGrpcServerDefaults();
            builder.AddServiceClient<DispatchService.DispatchServiceClient>("workflow");
            builder.AddServiceClient<ItemDispatchService.ItemDispatchServiceClient>("workflow");
            builder.AddServiceClient<GroupService.GroupServiceClient>("workflow");
            builder.AddServiceClient<SecretService.SecretServiceClient>("workflow");
            builder.AddServiceClient<NodeService.NodeServiceClient>("workflow");
            builder.AddServiceClient<WorkerService.WorkerServiceClient>("monitor");
            return;
        }

        builder.Services.AddSingleton<DispatchService.DispatchServiceClient, TunnelDispatchClient>();
        builder.Services.AddSingleton<ItemDispatchService.ItemDispatchServiceClient, TunnelItemClient>();
        builder.Services.AddSingleton<GroupService.GroupServiceClient, TunnelGroupClient>();
        builder.Services.AddSingleton<SecretService.SecretServiceClient, TunnelSecretClient>();
        if (start.Listen)
        {
            builder.AddGrpcServerDefaults();
        }
        else
        {
            builder.Services.AddSingleton(_ => new WorkerService.WorkerServiceClient(ServerChannel.Create(start)));
        }
    }

    private static bool HasConnection(WebApplicationBuilder builder, string name) => !string.IsNullOrEmpty(builder.Configuration.GetConnectionString(name));

    // Hosted services stop in reverse order: hints and claims first, what reports and renews for running runs last.
    private static void AddLoops(IServiceCollection services, RunnerOptions start, bool hasBroker)
    {
        services.AddSingleton<StepReporter>();
        services.AddSingleton<RunClaimer>();
        if (!start.IsRemote)
        {
            services.AddSingleton<NodeRegistrar>();
            services.AddHostedService(provider => provider.GetRequiredService<NodeRegistrar>());
            services.AddHealthChecks().AddCheck<NodeRegistrar>("node types");
        }

        services.AddHostedService(provider => provider.GetRequiredService<StepReporter>());
        services.AddHostedService<LeaseKeeper>();
        services.AddHostedService<ProjectPreparation>();
        services.AddHostedService<RetentionLoop>();
        if (!start.Listen)
        {
            services.AddHostedService<WorkerLink>();
        }

        services.AddHostedService(provider => provider.GetRequiredService<RunClaimer>());
        if (start.IsRemote && !hasBroker)
        {
            return;
        }

        services.AddHostedService(provider => new MessageConsumer(
            provider.GetRequiredService<IConnectionFactory>(),
            new ConsumerOptions { Queue = new QueueDefinition { Name = Topology.RunQueue }, PrefetchMax = 8, ConcurrencyMax = 8 },
            provider.GetRequiredService<BrokerOptions>(),
            provider.GetRequiredService<RunClaimer>().HintAsync,
            provider.GetRequiredService<ILogger<MessageConsumer>>()));
    }
}
