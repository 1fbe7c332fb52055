using System.Diagnostics;

namespace EasyQuant.ServiceDefaults.Telemetry;

/// <summary>What the metrics of a message are told apart by.</summary>
/// <param name="IsSent">Whether it was sent, and not consumed.</param>
/// <param name="IsError">Whether that failed.</param>
/// <param name="System">The broker's kind.</param>
/// <param name="Operation">Name of the operation.</param>
/// <param name="Destination">Name of the destination without what is different in each start.</param>
internal sealed record MessageMeasure(bool IsSent, bool IsError, string System, string Operation, string Destination)
{
    /// <summary>Reads the span of a message; null for every other span, also those of broker libraries.</summary>
    public static MessageMeasure? Of(Activity data) =>
        data.GetTagItem("messaging.system") is string system && data.Source.Name.StartsWith("EasyQuant.", StringComparison.Ordinal)
        && data.Kind is ActivityKind.Producer or ActivityKind.Consumer
            ? new MessageMeasure(
                data.Kind == ActivityKind.Producer,
                data.Status == ActivityStatusCode.Error,
                system,
                data.GetTagItem("messaging.operation.name") as string ?? "",
                (data.GetTagItem("messaging.destination.template") ?? data.GetTagItem("messaging.destination.name")) as string ?? "")
            : null;
}
