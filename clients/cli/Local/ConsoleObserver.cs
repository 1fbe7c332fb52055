using System.Globalization;
using EasyQuant.Flow;

namespace EasyQuant.Cli.Local;

/// <summary>Prints what a run does, one line an event; progress of a step at most twice a second. Thread-safe.</summary>
/// <param name="output">Where lines go.</param>
/// <param name="time">The clock.</param>
public sealed class ConsoleObserver(TextWriter output, TimeProvider time) : IRunObserver
{
    private static readonly TimeSpan s_progressInterval = TimeSpan.FromMilliseconds(500);
    private readonly Lock _gate = new();
    private long _lastProgress;

    /// <inheritdoc />
    public ValueTask OnStepStartedAsync(StepStarted step, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(step);
        Line($"{step.NodeId} ({step.Definition.Type}) started{(step.Attempt > 1 ? $", attempt {step.Attempt}" : string.Empty)}");
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc />
    public ValueTask OnStepFinishedAsync(StepFinished step, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(step);
        string rows = step.Metrics.RowsOut > 0 ? $", {step.Metrics.RowsOut} rows" : string.Empty;
        string score = step.Metrics.QualityScore is { } s ? string.Create(CultureInfo.InvariantCulture, $", quality {s:0.000}") : string.Empty;
        string error = step.Error is { } e ? $": {e.Reason}: {e.Message}" : string.Empty;
        Line(string.Create(CultureInfo.InvariantCulture, $"{step.NodeId} {step.State} in {step.Elapsed.TotalMilliseconds:0} ms{rows}{score}{error}"));
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc />
    public void OnStepRetry(string nodeId, int attempt, StepError error, TimeSpan delay)
    {
        ArgumentNullException.ThrowIfNull(error);
        Line(string.Create(CultureInfo.InvariantCulture, $"{nodeId} attempt {attempt} failed ({error.Reason}: {error.Message}); again in {delay.TotalSeconds:0.###} s"));
    }

    /// <inheritdoc />
    public void OnProgress(string nodeId, long done, long total, string? message)
    {
        lock (_gate)
        {
            long now = time.GetTimestamp();
            if (_lastProgress != 0 && done < total && time.GetElapsedTime(_lastProgress, now) < s_progressInterval)
            {
                return;
            }

            _lastProgress = now;
        }

        Line($"{nodeId} {done}/{total} {message}".TrimEnd());
    }

    /// <inheritdoc />
    public void OnItems(string nodeId, IReadOnlyList<ItemUpdate> items)
    {
        // Progress already says how far the fan-out is; failed items come with the step's result.
    }

    private void Line(string text)
    {
        lock (_gate)
        {
            output.WriteLine(text);
        }
    }
}
