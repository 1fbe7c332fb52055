using EasyQuant.Contracts.Run.V1;
using EasyQuant.Contracts.Workflow.V1;
using EasyQuant.Messaging;
using EasyQuant.Persistence;
using EasyQuant.SchedulerService.Grpc;
using EasyQuant.SchedulerService.Loops;
using EasyQuant.SchedulerService.Messaging;
using EasyQuant.SchedulerService.Storage;
using EasyQuant.ServiceDefaults.Grpc;
using RabbitMQ.Client;

namespace EasyQuant.SchedulerService;

/// <summary>The composition root of the Scheduler.</summary>
public static class SchedulerExtensions
{
    /// <summary>Adds everything of the Scheduler: storage, loops, consumer, clients.</summary>
    /// <param name="builder">The service.</param>
    /// <returns>The same builder.</returns>
    public static IHostApplicationBuilder AddScheduler(this IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddGrpcServerDefaults();
        builder.AddNpgsqlDataSource(
            "easyquant", configureDataSourceBuilder: source => DataSourceDefaults.Apply(source, "easyquant-scheduler", ScheduleStore.Schema));
        builder.AddRabbitMQClient("messaging", settings => settings.DisableHealthChecks = true);
        builder.AddServiceClient<RunService.RunServiceClient>("workflow");
        builder.AddServiceClient<WorkflowService.WorkflowServiceClient>("workflow");
        IServiceCollection services = builder.Services;
        services.AddOptions<SchedulerOptions>().BindConfiguration(SchedulerOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddBrokerOptions().AddBrokerHealthCheck();
        services.AddSingleton<ScheduleStore>();
        services.AddSingleton<FiringStore>();
        services.AddSingleton<DispatchStore>();
        services.AddSingleton<RunTrackStore>();
        services.AddSingleton<RunStarter>();
        services.AddSingleton<WorkflowLookup>();
        services.AddSingleton<RunEvents>();
        services.AddHostedService<SchemaStart>();
        services.AddSingleton<DispatchLoop>();
        services.AddHostedService(provider => provider.GetRequiredService<DispatchLoop>());
        services.AddHostedService<FiringLoop>();
        services.AddHostedService<TrackLoop>();
        services.AddHostedService(provider => new MessageConsumer(
            provider.GetRequiredService<IConnectionFactory>(),
            new ConsumerOptions { Queue = RunEvents.Queue },
            provider.GetRequiredService<BrokerOptions>(),
            provider.GetRequiredService<RunEvents>().HandleAsync,
            provider.GetRequiredService<ILogger<MessageConsumer>>()));
        return builder;
    }

    /// <summary>Maps the calls of the Scheduler.</summary>
    /// <param name="app">The service.</param>
    /// <returns>The same application.</returns>
    public static WebApplication MapScheduler(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.MapGrpcService<ScheduleGrpc>();
        return app;
    }
}
