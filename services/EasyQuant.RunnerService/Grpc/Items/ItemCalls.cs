using EasyQuant.RunnerService.Grpc.Dispatch;
using EasyQuant.ServiceDefaults.Grpc;
using Grpc.Core;
using Wire = EasyQuant.Contracts.Run.V1;

namespace EasyQuant.RunnerService.Grpc.Items;

/// <summary>Calls Workflow about the items of one run: again while it is away, until the run stops. Thread-safe.</summary>
internal sealed class ItemCalls(ActiveRun run, Wire.ItemDispatchService.ItemDispatchServiceClient client, TimeProvider time)
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_delayMax = TimeSpan.FromSeconds(1);

    public Wire.ItemLease Lease(string nodeId) => new() { RunId = run.RunId, Epoch = run.Epoch, NodeId = nodeId };

    /// <summary>Calls about items until there is an answer; an answer that says that the lease is lost stops the run.</summary>
    /// <exception cref="OperationCanceledException">The run stops.</exception>
    /// <exception cref="LeaseLostException">The lease is lost.</exception>
    public ValueTask<T> CallAsync<T>(
        Func<Wire.ItemDispatchService.ItemDispatchServiceClient, CallOptions, AsyncUnaryCall<T>> call, Func<T, bool> isLost, CancellationToken cancellationToken) =>
        CallAsync(options => call(client, options), isLost, cancellationToken);

    /// <summary>Calls until there is an answer; an answer that says that the lease is lost stops the run.</summary>
    /// <exception cref="OperationCanceledException">The run stops.</exception>
    /// <exception cref="LeaseLostException">The lease is lost.</exception>
    public async ValueTask<T> CallAsync<T>(Func<CallOptions, AsyncUnaryCall<T>> call, Func<T, bool> isLost, CancellationToken cancellationToken)
    {
        TimeSpan delay = TimeSpan.FromMilliseconds(50);
        while (true)
        {
            try
            {
                DateTime deadline = time.GetUtcNow().UtcDateTime + s_deadline;
                T answer = await call(new CallOptions(CallProject.Headers("default", "service:runner"), deadline, cancellationToken));
                if (!isLost(answer))
                {
                    return answer;
                }

                run.Stop(StopCause.Lost);
                throw new LeaseLostException(run.RunId);
            }
            catch (RpcException) when (cancellationToken.IsCancellationRequested)
            {
                throw new OperationCanceledException(cancellationToken);
            }
            catch (RpcException e) when (ConnectionEnd.IsAway(e) || e.StatusCode is StatusCode.DeadlineExceeded or StatusCode.Aborted or StatusCode.Cancelled or StatusCode.Unknown or StatusCode.ResourceExhausted)
            {
                await Task.Delay(delay, time, cancellationToken);
                delay = delay * 2 < s_delayMax ? delay * 2 : s_delayMax;
            }
        }
    }
}
