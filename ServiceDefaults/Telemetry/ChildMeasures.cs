using System.Diagnostics;
using System.Text.Json.Nodes;
using OpenTelemetry;

namespace EasyQuant.ServiceDefaults.Telemetry;

/// <summary>
/// Measures of the messages that a child process sends and consumes. The process collects them by its spans and hands them to the service that started it,
/// which records them as its own. Counts and sums arrive exactly; a single duration may be off by a fifth. What waits is bounded: 120 counts for each
/// of 1,000 destinations and outcomes. Thread-safe.
/// </summary>
public sealed class ChildMeasures : BaseProcessor<Activity>
{
    // Four to an octave of seconds, from 1 us to 17 min; what lies beyond counts with the outermost.
    private const int StepsPerOctave = 4;
    private const int StepOfSecond = 80;
    private const int StepsMax = 120;
    private const int DestinationsMax = 1_000;

    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <summary>Takes the measure of a message by its span.</summary>
    /// <param name="data">A span that has ended.</param>
    public override void OnEnd(Activity data)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (MessageMeasure.Of(data) is not { } measure)
        {
            return;
        }

        string key = $"{measure.IsSent} {measure.IsError} {measure.System} {measure.Operation} {measure.Destination}";
        double seconds = data.Duration.TotalSeconds;
        int step = measure.IsSent ? 0 : Math.Clamp((int)Math.Floor(Math.Log2(seconds) * StepsPerOctave) + StepOfSecond, 0, StepsMax - 1);
        lock (_lock)
        {
            if (!_entries.TryGetValue(key, out Entry? entry))
            {
                if (_entries.Count >= DestinationsMax)
                {
                    return;
                }

                entry = new Entry(measure);
                _entries[key] = entry;
            }

            (long count, double sum) = entry.Steps.GetValueOrDefault(step);
            entry.Steps[step] = (count + 1, sum + seconds);
        }
    }

    /// <summary>Takes out what was measured since the last call.</summary>
    /// <returns>What <see cref="Record"/> reads; null when there is nothing.</returns>
    public JsonArray? Take()
    {
        Entry[] taken;
        lock (_lock)
        {
            taken = [.. _entries.Values];
            _entries.Clear();
        }

        return taken.Length == 0 ? null : new JsonArray([.. taken.Select(entry => (JsonNode?)new JsonArray(
            entry.Measure.IsSent, entry.Measure.IsError, entry.Measure.System, entry.Measure.Operation, entry.Measure.Destination,
            new JsonArray([.. entry.Steps.SelectMany(step => new JsonNode?[] { step.Value.Count, step.Value.Sum })])))]);
    }

    /// <summary>Records in the service what a child process measured.</summary>
    /// <param name="measures">What <see cref="Take"/> wrote.</param>
    /// <exception cref="InvalidOperationException">It is something else.</exception>
    public static void Record(JsonArray measures)
    {
        ArgumentNullException.ThrowIfNull(measures);
        foreach (JsonNode? node in measures)
        {
            JsonArray entry = node!.AsArray();
            var measure = new MessageMeasure(
                entry[0]!.GetValue<bool>(), entry[1]!.GetValue<bool>(), entry[2]!.GetValue<string>(), entry[3]!.GetValue<string>(), entry[4]!.GetValue<string>());
            JsonArray steps = entry[5]!.AsArray();
            for (int i = 0; i + 1 < steps.Count; i += 2)
            {
                WorkMetricsProcessor.Record(measure, steps[i]!.GetValue<long>(), steps[i + 1]!.GetValue<double>());
            }
        }
    }

    private sealed class Entry(MessageMeasure measure)
    {
        public MessageMeasure Measure => measure;

        public SortedDictionary<int, (long Count, double Sum)> Steps { get; } = [];
    }
}
