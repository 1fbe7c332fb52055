using System.Diagnostics.Metrics;

namespace EasyQuant.ServiceDefaults.Telemetry;

/// <summary>Counts the items of fan-outs, wherever they execute: on the step's own worker, in its child processes or as runs of their own. Thread-safe.</summary>
public static class ItemMetrics
{
    private static readonly Meter s_meter = new(WorkMetricsProcessor.MeterName);
    private static readonly Counter<long> s_ended = s_meter.CreateCounter<long>("easyquant.item.ended", "{item}", "Items of fan-outs that have ended.");

    /// <summary>Counts items that have ended in the same way.</summary>
    /// <param name="count">How many; 0 is allowed and counts nothing.</param>
    /// <param name="outcome"><c>ok</c>, <c>error</c>, or <c>cancelled</c> when their turn did not come.</param>
    public static void Count(int count, string outcome)
    {
        if (count > 0)
        {
            s_ended.Add(count, new KeyValuePair<string, object?>("easyquant.outcome", outcome));
        }
    }
}
