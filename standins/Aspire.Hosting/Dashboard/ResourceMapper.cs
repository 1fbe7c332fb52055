using System.Globalization;
using Aspire.DashboardService.Proto.V1;
using Aspire.Hosting.ApplicationModel;
using Google.Protobuf.WellKnownTypes;
using HealthStatus = Aspire.DashboardService.Proto.V1.HealthStatus;
using Model = Aspire.Hosting.ApplicationModel;
using Resource = Aspire.DashboardService.Proto.V1.Resource;

namespace Aspire.Hosting.Dashboard;

/// <summary>
/// Turns a snapshot into the dashboard's message. The dashboard hangs without a word when a resource lacks its creation time, a URL its display
/// properties or a property its value, so all of them are always set.
/// </summary>
internal sealed class ResourceMapper(IServiceProvider services)
{
    public Resource Map(ResourceEvent change)
    {
        CustomResourceSnapshot snapshot = change.Snapshot;
        var message = new Resource
        {
            Name = change.ResourceId,
            DisplayName = change.Resource.Name,
            Uid = change.ResourceId,
            ResourceType = snapshot.ResourceType,
            CreatedAt = TimeOf(snapshot.CreationTimeStamp ?? DateTime.UtcNow),
            SupportsDetailedTelemetry = change.Resource is ProjectResource,
        };
        if (snapshot.State is { } state)
        {
            message.State = state.Text;
            // The dashboard judges a running resource by its health, unless it is told a style.
            if (state.Style is not null && state.Text != KnownResourceStates.Running)
            {
                message.StateStyle = state.Style;
            }
        }

        message.StartedAt = snapshot.StartTimeStamp is { } started ? TimeOf(started) : null;
        message.StoppedAt = snapshot.StopTimeStamp is { } stopped ? TimeOf(stopped) : null;
        message.Environment.AddRange(snapshot.EnvironmentVariables.Select(variable => new EnvironmentVariable
        {
            Name = variable.Name,
            Value = variable.Value ?? "",
            IsFromSpec = variable.IsFromSpec,
        }));
        message.Properties.AddRange(snapshot.Properties.Select(Map));
        if (snapshot.ExitCode is { } exitCode)
        {
            message.Properties.Add(new ResourceProperty { Name = "resource.exitCode", Value = Value.ForNumber(exitCode) });
        }

        message.Urls.AddRange(snapshot.Urls.Select((url, index) => Map(url, index, snapshot)));
        message.HealthReports.AddRange(snapshot.HealthReports.Select(Map));
        message.Relationships.AddRange(snapshot.Relationships.Select(
            relationship => new ResourceRelationship { ResourceName = relationship.ResourceName, Type = relationship.Type }));
        AddCommands(change, message);
        return message;
    }

    private static ResourceProperty Map(ResourcePropertySnapshot property) => new()
    {
        Name = property.Name,
        IsSensitive = property.IsSensitive,
        Value = property.Value switch
        {
            null => Value.ForNull(),
            int number => Value.ForNumber(number),
            IEnumerable<string> texts => Value.ForList([.. texts.Select(Value.ForString)]),
            _ => Value.ForString(Convert.ToString(property.Value, CultureInfo.InvariantCulture) ?? ""),
        },
    };

    private static Url Map(UrlSnapshot url, int index, CustomResourceSnapshot snapshot)
    {
        var message = new Url
        {
            FullUrl = url.Url,
            IsInternal = url.IsInternal,
            IsInactive = snapshot.State?.Text != KnownResourceStates.Running,
            DisplayProperties = new UrlDisplayProperties { SortOrder = -index, DisplayName = url.DisplayProperties.DisplayName },
        };
        if (url.Name is not null)
        {
            message.EndpointName = url.Name;
        }

        return message;
    }

    private static HealthReport Map(HealthReportSnapshot report)
    {
        var message = new HealthReport { Key = report.Name, Description = report.Description ?? "", Exception = report.ExceptionText ?? "" };
        if (report.Status is { } status)
        {
            message.Status = status switch
            {
                Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Healthy => HealthStatus.Healthy,
                Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Degraded => HealthStatus.Degraded,
                _ => HealthStatus.Unhealthy,
            };
        }

        message.LastRunAt = report.LastRunAt is { } time ? TimeOf(time) : null;
        return message;
    }

    private void AddCommands(ResourceEvent change, Resource message)
    {
        foreach (ResourceCommandAnnotation command in change.Resource.Annotations.OfType<ResourceCommandAnnotation>())
        {
            var context = new UpdateCommandStateContext { ResourceSnapshot = change.Snapshot, ServiceProvider = services };
            var added = new ResourceCommand
            {
                Name = command.Name,
                DisplayName = command.DisplayName,
                IsHighlighted = command.Options.IsHighlighted,
                IconName = command.Options.IconName ?? "",
                DisplayDescription = command.Options.Description ?? "",
                State = (DashboardService.Proto.V1.ResourceCommandState)(int)(command.Options.UpdateState?.Invoke(context) ?? Model.ResourceCommandState.Enabled),
            };
            if (command.Options.ConfirmationMessage is { } question)
            {
                added.ConfirmationMessage = question;
            }

            message.Commands.Add(added);
        }

        if (change.Resource is not (ParameterResource or IResourceWithParent))
        {
            AddLifecycle(change.Snapshot.State?.Text, message);
        }
    }

    private static void AddLifecycle(string? state, Resource message)
    {
        bool isStopped = state is null or "NotStarted" or "Exited" or "Finished" or "FailedToStart" or "Unknown" or "Waiting";
        bool isStarting = state is "Starting" or "Building";
        message.Commands.Add(Lifecycle("start", "Start", "Play", true, isStopped ? Enabled : isStarting ? Disabled : Hidden));
        message.Commands.Add(Lifecycle("stop", "Stop", "Stop", true, isStopped ? Hidden : state == "Stopping" ? Disabled : Enabled));
        message.Commands.Add(Lifecycle("restart", "Restart", "ArrowCounterclockwise", false, state == "Running" ? Enabled : Disabled));
    }

    private const DashboardService.Proto.V1.ResourceCommandState Enabled = DashboardService.Proto.V1.ResourceCommandState.Enabled;
    private const DashboardService.Proto.V1.ResourceCommandState Disabled = DashboardService.Proto.V1.ResourceCommandState.Disabled;
    private const DashboardService.Proto.V1.ResourceCommandState Hidden = DashboardService.Proto.V1.ResourceCommandState.Hidden;

    private static ResourceCommand Lifecycle(string name, string title, string icon, bool isHighlighted, DashboardService.Proto.V1.ResourceCommandState state) => new()
    {
        Name = name,
        DisplayName = title,
        IconName = icon,
        IconVariant = isHighlighted ? IconVariant.Filled : IconVariant.Regular,
        IsHighlighted = isHighlighted,
        State = state,
    };

    private static Timestamp TimeOf(DateTime time) => Timestamp.FromDateTime(DateTime.SpecifyKind(time, DateTimeKind.Utc));
}
