using EasyQuant.Messaging;
using EasyQuant.Persistence;
using EasyQuant.Persistence.Faults;
using EasyQuant.Persistence.Messages;
using EasyQuant.ServiceDefaults.Grpc;
using EasyQuant.WorkflowService.Definitions;
using EasyQuant.WorkflowService.Grpc;
using EasyQuant.WorkflowService.Messaging;
using EasyQuant.WorkflowService.Secrets;
using EasyQuant.WorkflowService.Storage;
using EasyQuant.WorkflowService.Storage.Items;
using EasyQuant.WorkflowService.Storage.Groups;
using EasyQuant.WorkflowService.Storage.Jobs;
using EasyQuant.WorkflowService.Storage.Runs;
using EasyQuant.WorkflowService.Storage.Secrets;
using EasyQuant.WorkflowService.Storage.Workflows;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace EasyQuant.WorkflowService;

/// <summary>Puts the Workflow service together.</summary>
public static class WorkflowExtensions
{
    /// <summary>
    /// Adds storage (<c>ConnectionStrings:easyquant</c>), messaging (<c>ConnectionStrings:messaging</c>), the gRPC services and the
    /// workers. The schema is brought up to date before the service listens.
    /// </summary>
    /// <param name="builder">The service.</param>
    /// <returns>The same builder.</returns>
    public static IHostApplicationBuilder AddWorkflow(this IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        Failpoints.Begin();
        builder.Services.AddOptions<WorkflowServiceOptions>().BindConfiguration(WorkflowServiceOptions.Section)
            .Configure<IConfiguration>((options, configuration) =>
            {
                options.DataRoot = configuration["EASYQUANT_DATA_ROOT"] ?? options.DataRoot;
                options.KeysDirectory = configuration["EASYQUANT_KEYS_DIRECTORY"] ?? options.KeysDirectory;
                options.DashboardUrl = (configuration["EASYQUANT_DASHBOARD_URL"] ?? options.DashboardUrl).TrimEnd('/');
            })
            .ValidateDataAnnotations().ValidateOnStart();
        builder.AddNpgsqlDataSource("easyquant", configureDataSourceBuilder: source =>
        {
            DataSourceDefaults.Apply(source, "easyquant-workflow", Pg.Schema);
            DataSourceDefaults.PreferIndexes(source);
        });
        builder.AddRabbitMQClient("messaging", settings => settings.DisableHealthChecks = true);
        builder.AddGrpcServerDefaults();
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<RunHistoryFactory>().AddSingleton<NodeRegistry>().AddSingleton<DefinitionChecker>()
            .AddSingleton<WorkflowStore>().AddSingleton<WorkflowWriter>().AddSingleton<JobStore>()
            .AddSingleton<RunWriter>().AddSingleton<RunReader>().AddSingleton<RunControl>().AddSingleton<RunSweeper>()
            .AddSingleton<DispatchStore>().AddSingleton<ReportStore>()
            .AddSingleton<ChildRuns>().AddSingleton<ItemStore>().AddSingleton<ItemReader>().AddSingleton<ItemStartStore>().AddSingleton<ItemStarter>()
            .AddSingleton<RunFactory>().AddSingleton<RunPages>().AddSingleton<RunWatch>().AddSingleton<StepTables>().AddSingleton<QueueGauge>();
        builder.Services.AddSingleton<GroupsStore>().AddSingleton<StartReader>().AddSingleton<StartStore>().AddSingleton<DeadLetterStore>().AddSingleton<ReplicaRuns>().AddSingleton<StartController>();
        builder.Services.AddSingleton(provider => KeyRing.Open(provider.GetRequiredService<IOptions<WorkflowServiceOptions>>().Value.KeysDirectory))
            .AddSingleton<SecretStore>().AddSingleton<SecretAudit>();
        builder.Services.AddHealthChecks().AddCheck<CatalogHealthCheck>("node-catalogue");
        builder.Services.AddHostedService<MigrationWorker>();
        AddOutbox(builder.Services);
        builder.Services.AddHostedService<SweepWorker>();
        builder.Services.AddHostedService<SecretKeyWorker>();
        return builder;
    }

    /// <summary>Maps the gRPC services.</summary>
    /// <param name="app">The service.</param>
    /// <returns>The same application.</returns>
    public static WebApplication MapWorkflow(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.MapGrpcService<WorkflowGrpc>();
        app.MapGrpcService<NodeGrpc>();
        app.MapGrpcService<RunGrpc>();
        app.MapGrpcService<DispatchGrpc>();
        app.MapGrpcService<ItemGrpc>();
        app.MapGrpcService<ItemDispatchGrpc>();
        app.MapGrpcService<JobGrpc>();
        app.MapGrpcService<GroupGrpc>();
        app.MapGrpcService<SecretGrpc>();
        return app;
    }

    private static void AddOutbox(IServiceCollection services)
    {
        services.AddBrokerOptions().AddBrokerHealthCheck();
        services.AddSingleton<MessagePublisher>();
        services.AddSingleton<OutboxSignal>();
        services.AddSingleton(provider => new Outbox(Pg.Schema, provider.GetRequiredService<OutboxSignal>()));
        services.AddHostedService(provider => new OutboxRelay(
            provider.GetRequiredService<NpgsqlDataSource>(),
            Pg.Schema,
            OutboxAdapter.For(provider.GetRequiredService<MessagePublisher>()),
            provider.GetRequiredService<OutboxSignal>(),
            new OutboxRelayOptions(),
            provider.GetRequiredService<ILogger<OutboxRelay>>()));
    }
}
