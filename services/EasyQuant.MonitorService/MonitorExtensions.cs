using EasyQuant.Contracts.Run.V1;
using EasyQuant.Messaging;
using EasyQuant.MonitorService.Grpc;
using EasyQuant.MonitorService.Grpc.Tasks;
using EasyQuant.MonitorService.Loops;
using EasyQuant.MonitorService.Messaging;
using EasyQuant.MonitorService.Storage;
using EasyQuant.Persistence;
using EasyQuant.Persistence.Messages;
using EasyQuant.ServiceDefaults.Grpc;
using Npgsql;

namespace EasyQuant.MonitorService;

/// <summary>The composition root of the Monitor.</summary>
public static class MonitorExtensions
{
    /// <summary>Adds everything of the Monitor: storage, streams of workers, loops, outbox.</summary>
    /// <param name="builder">The service.</param>
    /// <returns>The same builder.</returns>
    public static IHostApplicationBuilder AddMonitor(this IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddGrpcServerDefaults();
        builder.AddNpgsqlDataSource(
            "easyquant", configureDataSourceBuilder: source => DataSourceDefaults.Apply(source, "easyquant-monitor", WorkerStore.Schema));
        builder.AddRabbitMQClient("messaging", settings => settings.DisableHealthChecks = true);
        IServiceCollection services = builder.Services;
        services.AddOptions<MonitorOptions>().BindConfiguration(MonitorOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<WorkerEvents>().AddSingleton<WorkerStore>().AddSingleton<LoadStore>();
        services.AddSingleton<PoolWatch>().AddSingleton<SessionRunner>().AddSingleton<SessionBoard>();
        services.AddSingleton<AddressStore>().AddSingleton<WorkerDialer>().AddSingleton<DialLoop>().AddSingleton<DispatchForwarder>();
        builder.AddServiceClient<DispatchService.DispatchServiceClient>("workflow");
        builder.AddServiceClient<ItemDispatchService.ItemDispatchServiceClient>("workflow");
        builder.AddServiceClient<Contracts.Group.V1.GroupService.GroupServiceClient>("workflow");
        builder.AddServiceClient<Contracts.Secret.V1.SecretService.SecretServiceClient>("workflow");
        builder.AddServiceClient<RunService.RunServiceClient>("workflow");
        builder.AddServiceClient<Contracts.Workflow.V1.WorkflowService.WorkflowServiceClient>("workflow");
        services.AddHostedService<SchemaStart>();
        services.AddHostedService(provider => provider.GetRequiredService<SessionBoard>());
        services.AddHostedService<LostLoop>();
        services.AddHostedService(provider => provider.GetRequiredService<DialLoop>());
        AddOutbox(services);
        return builder;
    }

    /// <summary>Maps the calls of the Monitor.</summary>
    /// <param name="app">The service.</param>
    /// <returns>The same application.</returns>
    public static WebApplication MapMonitor(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.MapGrpcService<WorkerGrpc>();
        app.MapGrpcService<TaskGrpc>();
        return app;
    }

    private static void AddOutbox(IServiceCollection services)
    {
        services.AddBrokerOptions().AddBrokerHealthCheck();
        services.AddSingleton<MessagePublisher>();
        services.AddHostedService(provider => new DeadLetterWatch(
            provider.GetRequiredService<RabbitMQ.Client.IConnectionFactory>(), provider.GetRequiredService<BrokerOptions>(), TimeSpan.FromSeconds(30),
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<DeadLetterWatch>>()));
        services.AddSingleton<OutboxSignal>();
        services.AddSingleton(provider => new Outbox(WorkerStore.Schema, provider.GetRequiredService<OutboxSignal>()));
        services.AddHostedService(provider => new OutboxRelay(
            provider.GetRequiredService<NpgsqlDataSource>(),
            WorkerStore.Schema,
            OutboxAdapter.For(provider.GetRequiredService<MessagePublisher>()),
            provider.GetRequiredService<OutboxSignal>(),
            new OutboxRelayOptions(),
            provider.GetRequiredService<ILogger<OutboxRelay>>()));
    }
}
