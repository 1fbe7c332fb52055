namespace EasyQuant.Nodes.Messaging;

/// <summary>Where replicas tell what their group has done. Thread-safe.</summary>
public interface IGroupReports
{
    /// <summary>Notes the numbers; a report may come twice or get lost, the next one holds everything again.</summary>
    /// <param name="progress">The numbers.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task ReportAsync(GroupProgress progress, CancellationToken cancellationToken);
}
