namespace EasyQuant.RunnerService.Grpc.Monitoring;

/// <summary>The place of the one stream of the platform. Thread-safe.</summary>
internal sealed class AttachPlace
{
    private readonly Lock _lock = new();
    private CancellationTokenSource? _current;

    /// <summary>Takes the place; the stream that had it ends.</summary>
    public CancellationTokenSource Take(CancellationToken call, CancellationToken stopping)
    {
        var mine = CancellationTokenSource.CreateLinkedTokenSource(call, stopping);
        CancellationTokenSource? before;
        lock (_lock)
        {
            (before, _current) = (_current, mine);
        }

        try
        {
            before?.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has ended by itself.
        }

        return mine;
    }
}
