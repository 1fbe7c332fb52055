using System.Text.Json;
using System.Text.Json.Nodes;
using EasyQuant.Nodes.Messaging;

namespace EasyQuant.RunnerService.Processes;

/// <summary>Reports of a replica in a child process: handed to the worker, which passes them on in the same order. Thread-safe.</summary>
/// <param name="write">Writes one message to the worker.</param>
internal sealed class ChildReports(Func<JsonObject, Task> write) : IGroupReports
{
    public Task ReportAsync(GroupProgress progress, CancellationToken cancellationToken) =>
        write(new JsonObject { ["report"] = JsonSerializer.SerializeToNode(progress) });

    /// <summary>Reads a report.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public static GroupProgress Read(JsonObject report)
    {
        try
        {
            return report.Deserialize<GroupProgress>() ?? throw new InvalidDataException("The process sent an empty report.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException("The process sent a report that cannot be read.", e);
        }
    }
}
