using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace EasyQuant.ServiceDefaults;

/// <summary>
/// Lets a process whose background service failed end with exit code 70. The host stops then by itself, but with exit code 0, and whoever keeps
/// services running takes that for an orderly end.
/// </summary>
internal sealed class FaultedServiceExit(IServiceProvider services, IHostApplicationLifetime lifetime) : IHostedService
{
    private const int SoftwareFault = 70;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        lifetime.ApplicationStopping.Register(() =>
        {
            if (services.GetServices<IHostedService>().OfType<BackgroundService>().Any(service => service.ExecuteTask is { IsFaulted: true }))
            {
                Environment.ExitCode = SoftwareFault;
            }
        });
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
