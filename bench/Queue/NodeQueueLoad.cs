using System.Diagnostics;
using EasyQuant.Data;

namespace EasyQuant.Bench.Queue;

/// <summary>What one measurement sends, and when it began and ended.</summary>
internal sealed class NodeQueueLoad
{
    private TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource<double> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _start;
    private int _left;

    public Table Table { get; private set; } = Table.Empty;

    public int Count { get; private set; }

    /// <summary>Completes when a first chunk, which does not count, went all the way.</summary>
    public Task Ready => _ready.Task;

    /// <summary>Completes with the seconds of the chunks that count.</summary>
    public Task<double> Ended => _ended.Task;

    public void Begin(Table table, int count)
    {
        (Table, Count, _left) = (table, count, count + 1);
        _ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _ended = new TaskCompletionSource<double>(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public void Start() => _start = Stopwatch.GetTimestamp();

    public void Consumed()
    {
        int left = Interlocked.Decrement(ref _left);
        if (left == Count)
        {
            _ready.TrySetResult();
        }

        if (left == 0)
        {
            _ended.TrySetResult(Stopwatch.GetElapsedTime(_start).TotalSeconds);
        }
    }
}
