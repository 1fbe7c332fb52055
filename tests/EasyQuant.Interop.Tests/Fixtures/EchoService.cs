using EasyQuant.Interop.V1;
using EasyQuant.ServiceDefaults.Errors;
using Grpc.Core;

namespace EasyQuant.Interop.Tests.Fixtures;

/// <summary>Does what the word before the colon in the request says; the rest is a key that belongs to one test.</summary>
public sealed class EchoService(EchoState state, RelayClient? relay = null) : Echo.EchoBase
{
    public override async Task<EchoReply> Unary(EchoRequest request, ServerCallContext context)
    {
        string[] words = request.Text.Split(':', 2);
        string key = words.Length > 1 ? words[1] : string.Empty;
        switch (words[0])
        {
            case "throw":
                throw new InvalidOperationException("secret");
            case "refuse":
                throw new RpcException(
                    new Status(StatusCode.NotFound, "no such ☺ 不存在"), new Metadata { { "why", "because" } });
            case "null":
                return null!;
            case "status":
                context.Status = new Status(StatusCode.Aborted, "ab");
                return new EchoReply { Text = "ignored" };
            case "big":
                return new EchoReply { Text = new string('z', 5000) };
            case "wait":
                return await WaitAsync(key, context);
            case "headers":
                return await HeadersAsync(context);
            case "flaky":
                return Flaky(key, context);
            case "hedge":
                return await HedgeAsync(key, context);
            case "encoding":
                return Encoding(context);
            case "details":
                throw RpcError.Invalid("PARAMETER_OUT_OF_RANGE", "/period", "`period` must be 1..500, was 0. 周期").ToRpcException();
            case "relay":
                return await relay!.CallAsync(key);
            default:
                return new EchoReply { Text = "ok:" + request.Text, Payload = request.Payload };
        }
    }

    public override async Task ServerStream(
        EchoRequest request, IServerStreamWriter<EchoReply> responseStream, ServerCallContext context)
    {
        if (request.Text.StartsWith("flaky:", StringComparison.Ordinal))
        {
            Flaky(request.Text["flaky:".Length..], context);
        }

        if (request.Text == "deadline")
        {
            bool none = context.Deadline == DateTime.MaxValue;
            await responseStream.WriteAsync(new EchoReply { Text = none ? "none" : "some" });
        }

        for (int i = 0; i < 3; i++)
        {
            await responseStream.WriteAsync(new EchoReply { Text = $"{i}" });
            if (request.Text == "break" && i == 1)
            {
                throw new RpcException(new Status(StatusCode.DataLoss, "mid"));
            }
        }
    }

    public override async Task<EchoReply> ClientStream(
        IAsyncStreamReader<EchoRequest> requestStream, ServerCallContext context)
    {
        var parts = new List<string>();
        await foreach (EchoRequest request in requestStream.ReadAllAsync(context.CancellationToken))
        {
            parts.Add(request.Text);
        }

        return new EchoReply { Text = string.Join('+', parts) };
    }

    public override async Task Duplex(
        IAsyncStreamReader<EchoRequest> requestStream,
        IServerStreamWriter<EchoReply> responseStream,
        ServerCallContext context)
    {
        await foreach (EchoRequest request in requestStream.ReadAllAsync(context.CancellationToken))
        {
            if (request.Text == "quit")
            {
                return;
            }

            await responseStream.WriteAsync(new EchoReply { Text = "e:" + request.Text });
        }
    }

    private async Task<EchoReply> WaitAsync(string key, ServerCallContext context)
    {
        state.Entered(key).TrySetResult();
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, context.CancellationToken);
        }
        catch (OperationCanceledException)
        {
            state.Cancelled(key).TrySetResult(context.Deadline);
            throw;
        }

        return new EchoReply();
    }

    private static async Task<EchoReply> HeadersAsync(ServerCallContext context)
    {
        await context.WriteResponseHeadersAsync(new Metadata { { "x-h", "1" }, { "y-bin", [255, 0] } });
        context.ResponseTrailers.Add("t-bin", [9]);
        IEnumerable<string> seen = context.RequestHeaders
            .Where(entry => entry.Key is "x-up" or "b-bin")
            .Select(entry => entry.Key + "=" + (entry.IsBinary ? Convert.ToHexString(entry.ValueBytes) : entry.Value));
        return new EchoReply
        {
            Text = $"{string.Join(' ', seen)} peer={context.Peer.Split(':')[0]} host={context.Host} method={context.Method}",
        };
    }

    private EchoReply Flaky(string key, ServerCallContext context)
    {
        int attempt = state.NextAttempt(key);
        return attempt < 3
            ? throw new RpcException(new Status(StatusCode.Unavailable, "try again"))
            : new EchoReply { Text = $"attempt {attempt} previous {Previous(context)}" };
    }

    private async Task<EchoReply> HedgeAsync(string key, ServerCallContext context)
    {
        if (state.NextAttempt(key) == 1)
        {
            return await WaitAsync(key, context);
        }

        return new EchoReply { Text = $"previous {Previous(context)}" };
    }

    private static EchoReply Encoding(ServerCallContext context)
    {
        var headers = context.GetHttpContext().Request.Headers;
        return new EchoReply
        {
            Text = $"encoding={headers["grpc-encoding"]} accept={headers["grpc-accept-encoding"]} agent={headers.UserAgent}",
        };
    }

    private static string? Previous(ServerCallContext context) => context.RequestHeaders.GetValue("grpc-previous-rpc-attempts");
}
