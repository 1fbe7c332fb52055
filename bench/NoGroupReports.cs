using EasyQuant.Nodes.Messaging;

namespace EasyQuant.Bench;

/// <summary>Nobody looks at the progress of the groups.</summary>
internal sealed class NoGroupReports : IGroupReports
{
    public Task ReportAsync(GroupProgress progress, CancellationToken cancellationToken) => Task.CompletedTask;
}
