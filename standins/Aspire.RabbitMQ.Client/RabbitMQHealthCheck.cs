using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Aspire.RabbitMQ.Client;

/// <summary>Healthy while the connection is open; an unopened one is opened.</summary>
internal sealed class RabbitMQHealthCheck(IServiceProvider services) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            IConnection connection = services.GetRequiredService<IConnection>();
            HealthCheckResult result = connection.IsOpen
                ? HealthCheckResult.Healthy()
                : new HealthCheckResult(context.Registration.FailureStatus, $"The connection to {connection.Endpoint} is closed: {connection.CloseReason?.ReplyText ?? "no reason given"}.");
            return Task.FromResult(result);
        }
        catch (Exception exception) when (exception is BrokerUnreachableException or InvalidOperationException or OperationInterruptedException)
        {
            return Task.FromResult(new HealthCheckResult(context.Registration.FailureStatus, exception.Message, exception));
        }
    }
}
