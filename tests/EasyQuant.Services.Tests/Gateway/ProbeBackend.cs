using EasyQuant.Services.Tests.Gateway.Probes;
using EasyQuant.ServiceDefaults.Errors;
using Grpc.Core;
using Npgsql;

namespace EasyQuant.Services.Tests.Gateway;

/// <summary>The service behind the Gateway: it answers with what it got.</summary>
internal sealed class ProbeBackend : ProbeService.ProbeServiceBase
{
    /// <summary>Completed when a watch that never ends has been cancelled.</summary>
    public TaskCompletionSource WatchCancelled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends the watches named <c>torn</c> once it is completed.</summary>
    public TaskCompletionSource Tear { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override Task<ProbeReply> GetProbe(Probe request, ServerCallContext context) => Echo(request, context);

    public override Task<ProbeReply> ListProbes(Probe request, ServerCallContext context) => Echo(request, context);

    public override Task<ProbeReply> PreviewProbe(Probe request, ServerCallContext context) => Echo(request, context);

    public override Task<ProbeReply> PreviewPart(Probe request, ServerCallContext context) => Echo(request, context);

    public override async Task<ProbeReply> ReadFailure(Probe request, ServerCallContext context)
    {
        switch (request.Name)
        {
            case "RICH":
                throw new RpcError(
                    StatusCode.InvalidArgument,
                    "PERIOD_EMPTY",
                    "The period is empty.",
                    new Dictionary<string, string> { ["days"] = "0" },
                    [new FieldViolation("parts[1].title", "is empty"), new FieldViolation("/free/x", "is odd")]);
            case "BUSY":
                throw new RpcError(StatusCode.ResourceExhausted, "QUEUE_FULL", "The queue is full.", retryAfter: TimeSpan.FromSeconds(2.5));
            case "CRASH":
                throw new InvalidOperationException("password=secret");
            case "PANIC":
                // As a server says it that speaks Chinese.
                throw new PostgresException("could not write to file", "比致命错误还过分的错误", "PANIC", "53100");
            case "PANIC-OTHER":
                throw new PostgresException("unexpected data", "比致命错误还过分的错误", "PANIC", "XX001");
            case "FILE":
                throw new PostgresException("could not extend file: File too large", "ERROR", "ERROR", "XX000", "", "", 0, 0, "", "", "", "", "", "", "", "md.c", "486", "mdextend");
            case "SLEEP":
                await Task.Delay(Timeout.Infinite, context.CancellationToken);
                return new ProbeReply();
            default:
                throw new RpcException(new Status(Enum.Parse<StatusCode>(request.Name), "a text of the service"));
        }
    }

    public override async Task WatchProbe(WatchProbeRequest request, IServerStreamWriter<WatchProbeReply> responseStream, ServerCallContext context)
    {
        for (long sequence = request.AfterSequence + 1; sequence <= request.Count; sequence++)
        {
            var probeEvent = new ProbeEvent { Sequence = sequence, Text = $"line\n{request.Name}" };
            await responseStream.WriteAsync(new WatchProbeReply { Event = probeEvent }, context.CancellationToken);
        }

        switch (request.Name)
        {
            case "missing":
                throw new RpcError(StatusCode.NotFound, "PROBE_NOT_FOUND", "There is no probe 'missing'.");
            case "torn":
                // As a service that is killed: no trailers.
                await Tear.Task.WaitAsync(context.CancellationToken);
                context.GetHttpContext().Abort();
                break;
            case "endless":
                try
                {
                    await Task.Delay(Timeout.Infinite, context.CancellationToken);
                }
                finally
                {
                    WatchCancelled.TrySetResult();
                }

                break;
        }
    }

    private static Task<ProbeReply> Echo(Probe request, ServerCallContext context)
    {
        var reply = new ProbeReply { Echo = request };
        foreach (Metadata.Entry entry in context.RequestHeaders.Where(e => !e.IsBinary))
        {
            reply.Headers[entry.Key] = entry.Value;
        }

        return Task.FromResult(reply);
    }
}
