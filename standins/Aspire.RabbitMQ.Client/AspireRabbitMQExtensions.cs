using Aspire.RabbitMQ.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using OpenTelemetry.Trace;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Microsoft.Extensions.Hosting;

/// <summary>Adds RabbitMQ to a service.</summary>
public static class AspireRabbitMQExtensions
{
    private const string Section = "Aspire:RabbitMQ:Client";

    /// <summary>
    /// Registers singletons <see cref="IConnectionFactory"/> and <see cref="IConnection"/> (opened when first asked for, with
    /// retries) over <c>ConnectionStrings:{connectionName}</c>, the health check "RabbitMQ.Client" and tracing of publishers.
    /// </summary>
    /// <param name="builder">The service.</param>
    /// <param name="connectionName">Name of the connection string.</param>
    /// <param name="configureSettings">Changes the settings after they were read; null for no change.</param>
    /// <param name="configureConnectionFactory">Changes the factory before it is used; null for no change.</param>
    /// <exception cref="InvalidOperationException">When the factory is first used: there is no connection string.</exception>
    public static void AddRabbitMQClient(
        this IHostApplicationBuilder builder,
        string connectionName,
        Action<RabbitMQClientSettings>? configureSettings = null,
        Action<ConnectionFactory>? configureConnectionFactory = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(connectionName);
        var settings = new RabbitMQClientSettings();
        builder.Configuration.GetSection(Section).Bind(settings);
        builder.Configuration.GetSection($"{Section}:{connectionName}").Bind(settings);
        if (builder.Configuration.GetConnectionString(connectionName) is { } connectionString)
        {
            settings.ConnectionString = connectionString;
        }

        configureSettings?.Invoke(settings);
        string applicationName = builder.Environment.ApplicationName;
        builder.Services.TryAddSingleton<IConnectionFactory>(_ => CreateFactory(settings, connectionName, applicationName, configureConnectionFactory));
        builder.Services.TryAddSingleton(services => Connect(services.GetRequiredService<IConnectionFactory>(), settings.MaxConnectRetryCount));
        if (!settings.DisableHealthChecks)
        {
            builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(
                "RabbitMQ.Client", services => new RabbitMQHealthCheck(services), failureStatus: null, tags: null));
        }

        if (!settings.DisableTracing)
        {
            // Not the subscriber source: it starts a trace of its own for every delivery.
            builder.Services.AddOpenTelemetry().WithTracing(tracing => tracing.AddSource("RabbitMQ.Client.Publisher"));
        }
    }

    private static ConnectionFactory CreateFactory(
        RabbitMQClientSettings settings, string connectionName, string applicationName, Action<ConnectionFactory>? configure)
    {
        if (string.IsNullOrWhiteSpace(settings.ConnectionString))
        {
            throw new InvalidOperationException(
                $"There is no connection string: expected 'ConnectionStrings:{connectionName}' or '{Section}:{connectionName}:ConnectionString'.");
        }

        var factory = new ConnectionFactory { Uri = new Uri(settings.ConnectionString), ClientProvidedName = applicationName };
        configure?.Invoke(factory);
        return factory;
    }

    // The container resolves synchronously; a pool thread keeps the client's continuations off the caller's context.
    private static IConnection Connect(IConnectionFactory factory, int retryCountMax) =>
        Task.Run(() => ConnectAsync(factory, retryCountMax)).GetAwaiter().GetResult();

    private static async Task<IConnection> ConnectAsync(IConnectionFactory factory, int retryCountMax)
    {
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                return await factory.CreateConnectionAsync();
            }
            catch (BrokerUnreachableException) when (attempt < retryCountMax)
            {
                await Task.Delay(TimeSpan.FromSeconds(Math.Min(30, 1 << Math.Min(attempt, 5))));
            }
        }
    }
}
