using Aspire.Hosting.Local;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Executes commands of resources: their own, and start, stop, restart. Thread-safe.</summary>
public sealed class ResourceCommandService
{
    private readonly ResourceLoggerService _loggers;
    private readonly ResourceNotificationService _notifications;
    private readonly IServiceProvider _services;

    internal ResourceCommandService(ResourceLoggerService loggers, ResourceNotificationService notifications, IServiceProvider services)
    {
        _loggers = loggers;
        _notifications = notifications;
        _services = services;
    }

    internal LocalOrchestrator? Orchestrator { get; set; }

    /// <summary>Executes a command on every replica of a resource, or on one.</summary>
    /// <param name="resourceId">Name of the resource, or id of a replica.</param>
    /// <param name="commandName">start, stop, restart or a name given to WithCommand.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Success, or the first failure.</returns>
    public async Task<ExecuteCommandResult> ExecuteCommandAsync(string resourceId, string commandName, CancellationToken cancellationToken = default)
    {
        List<ResourceEvent> targets = [.. _notifications.All().Where(current => current.ResourceId == resourceId || current.Resource.Name == resourceId)];
        if (targets.Count == 0)
        {
            return CommandResults.Failure($"There is no resource '{resourceId}'.");
        }

        foreach (ResourceEvent target in targets)
        {
            ExecuteCommandResult result = await ExecuteOnAsync(target, commandName, cancellationToken);
            if (!result.Success)
            {
                return result;
            }
        }

        return CommandResults.Success();
    }

    private async Task<ExecuteCommandResult> ExecuteOnAsync(ResourceEvent target, string commandName, CancellationToken cancellationToken)
    {
        ResourceCommandAnnotation? command = target.Resource.Annotations.OfType<ResourceCommandAnnotation>().FirstOrDefault(c => c.Name == commandName);
        if (command is not null)
        {
            var context = new ExecuteCommandContext
            {
                ServiceProvider = _services,
                ResourceName = target.ResourceId,
                CancellationToken = cancellationToken,
                Logger = _loggers.GetLogger(target.ResourceId),
            };
            return await command.ExecuteCommand(context);
        }

        ISupervisor? supervisor = Orchestrator?.Find(target.ResourceId);
        if (supervisor is null)
        {
            return CommandResults.Failure($"'{target.ResourceId}' has no command '{commandName}'.");
        }

        switch (commandName)
        {
            case "start":
                supervisor.Start();
                return CommandResults.Success();
            case "stop":
                await supervisor.StopAsync();
                return CommandResults.Success();
            case "restart":
                await supervisor.StopAsync();
                supervisor.Start();
                return CommandResults.Success();
            default:
                return CommandResults.Failure($"'{target.ResourceId}' has no command '{commandName}'.");
        }
    }
}
