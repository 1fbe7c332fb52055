using EasyQuant.ServiceDefaults.Errors;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace EasyQuant.WorkflowService.Grpc;

/// <summary>How many runs wait, as the sweeper counted last. Refuses new runs when too many do. Thread-safe.</summary>
internal sealed class QueueGauge(IOptions<WorkflowServiceOptions> options)
{
    private long _queuedCount;

    public void Set(long queuedCount) => Interlocked.Exchange(ref _queuedCount, queuedCount);

    public void ThrowIfFull()
    {
        if (Interlocked.Read(ref _queuedCount) >= options.Value.QueuedRunCountMax)
        {
            throw new RpcError(
                StatusCode.ResourceExhausted, "QUEUE_FULL", $"{options.Value.QueuedRunCountMax} runs wait already; try again when Runners have worked on them.",
                retryAfter: TimeSpan.FromSeconds(5));
        }
    }
}
