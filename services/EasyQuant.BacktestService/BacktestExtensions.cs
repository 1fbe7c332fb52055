using EasyQuant.BacktestService.Files;
using EasyQuant.BacktestService.Grpc;
using EasyQuant.BacktestService.Sandbox;
using EasyQuant.BacktestService.Storage;
using EasyQuant.BacktestService.Work;
using EasyQuant.Persistence;
using EasyQuant.ServiceDefaults.Grpc;

namespace EasyQuant.BacktestService;

/// <summary>The composition root of the Backtest service.</summary>
public static class BacktestExtensions
{
    /// <summary>Adds everything of the Backtest service: storage, worker, market data, files.</summary>
    /// <param name="builder">The service.</param>
    /// <returns>The same builder.</returns>
    public static IHostApplicationBuilder AddBacktest(this IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddGrpcServerDefaults();
        builder.AddNpgsqlDataSource(
            "easyquant", configureDataSourceBuilder: source => DataSourceDefaults.Apply(source, "backtest", BacktestStore.Schema));
        IServiceCollection services = builder.Services;
        services.AddOptions<BacktestServiceOptions>()
            .BindConfiguration(BacktestServiceOptions.Section)
            .Configure(options => options.DataRoot = builder.Configuration[BacktestServiceOptions.DataRootSetting] ?? options.DataRoot)
            .ValidateDataAnnotations()
            .Validate(
                options => Path.IsPathFullyQualified(options.DataRoot),
                $"{BacktestServiceOptions.DataRootSetting} must be an absolute folder.")
            .ValidateOnStart();
        services.AddOptions<SandboxOptions>().BindConfiguration(SandboxOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<SandboxFolders>();
        services.AddSingleton<ControlGroups>();
        services.AddSingleton<StrategySandbox>();
        services.AddSingleton<UserStrategies>();
        services.AddSingleton<BacktestStore>();
        services.AddSingleton<LeaseStore>();
        services.AddSingleton<ResultStore>();
        services.AddSingleton<SourceStore>();
        services.AddSingleton<RuleBookStore>();
        services.AddSingleton<SpecPartReader>();
        services.AddSingleton<RuleBookCalls>();
        services.AddSingleton<BacktestStarts>();
        services.AddSingleton<SweepStore>();
        services.AddSingleton<SweepTables>();
        services.AddSingleton<TrialStores>();
        services.AddSingleton<JobContext>();
        services.AddSingleton<SpecChecker>();
        services.AddSingleton<BacktestLookup>();
        services.AddSingleton<ResultPages>();
        services.AddSingleton<BacktestComparison>();
        services.AddSingleton<BacktestExport>();
        services.AddSingleton<DataCatalog>();
        services.AddSingleton<DataRows>();
        services.AddSingleton<BarRows>();
        services.AddSingleton<TickRows>();
        services.AddSingleton<ProjectFiles>();
        services.AddSingleton<ProjectPanels>();
        services.AddSingleton<Uploads>();
        services.AddSingleton<RunningBacktests>();
        services.AddHostedService<SchemaStart>();
        services.AddHostedService<BacktestWorker>();
        services.AddHostedService<SandboxCheck>();
        return builder;
    }

    /// <summary>Maps the calls of the Backtest service.</summary>
    /// <param name="app">The service.</param>
    /// <returns>The same application.</returns>
    public static WebApplication MapBacktest(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.MapGrpcService<BacktestGrpc>();
        app.MapGrpcService<SweepGrpc>();
        app.MapGrpcService<TrialGrpc>();
        app.MapGrpcService<MarketGrpc>();
        app.MapGrpcService<DataGrpc>();
        return app;
    }
}
