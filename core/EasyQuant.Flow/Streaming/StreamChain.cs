using System.Diagnostics;
using System.Text.Json.Nodes;
using EasyQuant.Data;

namespace EasyQuant.Flow;

/// <summary>
/// The chain of one lane: a source, transforms, a sink, with their parameters bound. Chunks go through in the order in which the source gives them, one at
/// a time up to the sink, which may have a few on their way; nothing else is buffered, so memory does not grow with the input. One lane uses it at a time.
/// </summary>
public sealed class StreamChain
{
    private static readonly TimeSpan s_retryFirst = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_retryMax = TimeSpan.FromSeconds(5);

    private readonly IStreamSource _source;
    private readonly IStreamTransform[] _transforms;
    private readonly IStreamSink _sink;

    /// <summary>Creates a chain of handlers.</summary>
    /// <param name="source">Where chunks come from.</param>
    /// <param name="transforms">What is made of them, in order.</param>
    /// <param name="sink">Where they end.</param>
    public StreamChain(IStreamSource source, IReadOnlyList<IStreamTransform> transforms, IStreamSink sink)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(transforms);
        ArgumentNullException.ThrowIfNull(sink);
        _source = source;
        _transforms = [.. transforms];
        _sink = sink;
    }

    /// <summary>Makes the handlers of a group's chain; each lane needs its own.</summary>
    /// <param name="nodes">The whole chain, see <see cref="GroupChain.Of"/>.</param>
    /// <param name="catalog">Node types.</param>
    /// <exception cref="NodeException"><c>UNKNOWN_NODE_TYPE</c>, <c>NODE_CANNOT_STREAM</c>, or a parameter is refused.</exception>
    public static StreamChain Create(IReadOnlyList<WorkflowNode> nodes, NodeCatalog catalog)
    {
        return Create(nodes, catalog, null);
    }

    /// <summary>Makes the handlers of a group's chain, with another source than its own.</summary>
    /// <param name="nodes">The whole chain; its first node is left out when a source is given.</param>
    /// <param name="catalog">Node types.</param>
    /// <param name="other">Where chunks come from instead; null for the chain's own source.</param>
    /// <exception cref="NodeException">As <see cref="Create(IReadOnlyList{WorkflowNode}, NodeCatalog)"/>.</exception>
    public static StreamChain Create(IReadOnlyList<WorkflowNode> nodes, NodeCatalog catalog, IStreamSource? other)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        ArgumentNullException.ThrowIfNull(catalog);
        INodeHandler[] handlers = [.. nodes.Select((node, i) => i == 0 && other is not null ? other : catalog.Create(node.Type, (JsonObject)node.Params.DeepClone()))];
        if (handlers.Length < 2 || handlers[0] is not IStreamSource source || handlers[^1] is not IStreamSink sink)
        {
            throw new NodeException("NODE_CANNOT_STREAM", $"A chain goes from a source to a sink, got {string.Join(" -> ", nodes.Select(node => node.Type))}.");
        }

        return new StreamChain(
            source,
            [.. handlers[1..^1].Select((handler, i) => handler as IStreamTransform
                ?? throw new NodeException("NODE_CANNOT_STREAM", $"'{nodes[i + 1].Type}' cannot stand in the middle of a chain."))],
            sink);
    }

    /// <summary>
    /// Runs the lane to the end of its source. A chunk that fails for a passing reason is tried again here, with growing waits; one that fails for another
    /// reason is handed back to its delivery, or ends the lane when it has none.
    /// </summary>
    /// <param name="execution">Surroundings.</param>
    /// <param name="cancellationToken">Ends the lane; chunks on their way then come again.</param>
    /// <returns>Pieces that the chunks became: what a shard is closed with.</returns>
    /// <exception cref="NodeException">The source, or a chunk without a delivery, failed.</exception>
    public async Task<long> RunAsync(StreamExecution execution, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(execution);
        var window = new Queue<(Task<int> Write, long Bytes)>(_sink.WindowMax);
        long bytes = 0;
        TimeProvider time = execution.Services.Time;
        StageMeter[] meters = execution.Measure(_transforms.Length + 2);
        long pieces = 0;
        try
        {
            long since = time.GetTimestamp();
            await foreach (StreamChunk chunk in _source.StreamAsync(execution, cancellationToken).WithCancellation(cancellationToken))
            {
                meters[0].Finish(chunk.Table, time.GetElapsedTime(since));
                long size = chunk.Table.EstimatedBytes;
                while (window.Count >= Math.Max(1, _sink.WindowMax) || (window.Count > 0 && bytes > _sink.WindowBytesMax - size))
                {
                    long full = time.GetTimestamp();
                    (Task<int> oldest, long left) = window.Dequeue();
                    bytes -= left;
                    pieces += await oldest;
                    meters[^1].Wait(time.GetElapsedTime(full));
                }

                bytes += size;
                window.Enqueue((HandleAsync(chunk, execution, meters, cancellationToken), size));
                since = time.GetTimestamp();
            }

            while (window.TryDequeue(out (Task<int> Write, long Bytes) last))
            {
                pieces += await last.Write;
            }

            return pieces;
        }
        finally
        {
            // After a failure the others still hold chunks and connections.
            await Task.WhenAll(window.Select(one => one.Write)).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    private async Task<int> HandleAsync(StreamChunk chunk, StreamExecution execution, StageMeter[] meters, CancellationToken cancellationToken)
    {
        TimeProvider time = execution.Services.Time;
        using Activity? span = chunk.Delivery?.StartSpan();
        TimeSpan delay = s_retryFirst;
        while (true)
        {
            int stage = 0;
            long since = time.GetTimestamp();
            try
            {
                Table table = chunk.Table;
                foreach (IStreamTransform transform in _transforms)
                {
                    stage++;
                    table = await transform.StreamAsync(table, execution, cancellationToken);
                    meters[stage].Finish(table, time.GetElapsedTime(since));
                    since = time.GetTimestamp();
                }

                stage++;
                int pieces = await _sink.WriteAsync(ReferenceEquals(table, chunk.Table) ? chunk : chunk with { Table = table }, execution, cancellationToken);
                meters[stage].Finish(table, time.GetElapsedTime(since));
                return pieces;
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested && StepErrors.From(e, null).IsTransient)
            {
                execution.CountError();
                meters[stage].Fail(time.GetElapsedTime(since));
                await Task.Delay(delay, time, cancellationToken);
                delay = delay * 2 > s_retryMax ? s_retryMax : delay * 2;
            }
            catch (Exception e) when (chunk.Delivery is not null && !cancellationToken.IsCancellationRequested && e is not StreamFencedException)
            {
                // Foreign code: whatever it throws is the fate of the chunk.
                execution.CountError();
                meters[stage].Fail(time.GetElapsedTime(since));
                span?.SetTag("error.type", StepErrors.From(e, null).Reason).SetStatus(ActivityStatusCode.Error);
                await chunk.Delivery.FailAsync(e, cancellationToken);
                return 0;
            }
        }
    }
}
