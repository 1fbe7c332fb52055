namespace EasyQuant.Flow;

/// <summary>
/// Counts the bytes that a step allocates, on whichever threads it goes on after it has waited, and on those that it starts: it hears when the flow of the step comes
/// to a thread and when it leaves it. A step inside counts for the outer one too. Thread-safe.
/// </summary>
internal sealed class AllocationMeter : IDisposable
{
    private static readonly AsyncLocal<AllocationMeter?> s_current = new(OnChanged);

    /// <summary>What this thread had allocated when the current meter came to it.</summary>
    [ThreadStatic]
    private static long t_since;

    private readonly AllocationMeter? _outer;
    private long _bytes;

    private AllocationMeter(AllocationMeter? outer) => _outer = outer;

    /// <summary>Gets the bytes counted; complete for the calling thread once the meter is disposed of.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Starts counting for the flow of the caller.</summary>
    public static AllocationMeter Start()
    {
        var meter = new AllocationMeter(s_current.Value);
        s_current.Value = meter;
        return meter;
    }

    /// <summary>Stops counting for the flow of the caller.</summary>
    public void Dispose() => s_current.Value = _outer;

    private static void OnChanged(AsyncLocalValueChangedArgs<AllocationMeter?> change)
    {
        long now = GC.GetAllocatedBytesForCurrentThread();
        for (AllocationMeter? meter = change.PreviousValue; meter is not null; meter = meter._outer)
        {
            Interlocked.Add(ref meter._bytes, now - t_since);
        }

        t_since = now;
    }
}
