using System.Diagnostics;
using System.Globalization;
using OpenTelemetry;

namespace EasyQuant.ServiceDefaults.Telemetry;

/// <summary>
/// Gives gRPC spans the names and attributes of the rpc conventions: <c>package.Service/Method</c>, <c>rpc.system</c>,
/// <c>rpc.service</c>, <c>rpc.method</c>, <c>rpc.grpc.status_code</c>, and the status Error for codes that say the server failed
/// (for a client: every code but OK), and for a client <c>server.address</c> and <c>server.port</c>. The gRPC libraries mark the spans with <c>grpc.method</c> and <c>grpc.status_code</c>.
/// </summary>
internal sealed class RpcSpanProcessor : BaseProcessor<Activity>
{
    // Unknown, DeadlineExceeded, Unimplemented, Internal, Unavailable, DataLoss.
    private static readonly int[] s_serverErrors = [2, 4, 12, 13, 14, 15];

    public override void OnEnd(Activity data)
    {
        CopyAddress(data);
        if (data.GetTagItem("grpc.method") is not string method || !method.StartsWith('/'))
        {
            return;
        }

        string name = method[1..];
        int slash = name.LastIndexOf('/');
        if (slash <= 0)
        {
            return;
        }

        data.DisplayName = name;
        data.SetTag("rpc.system", "grpc");
        data.SetTag("rpc.service", name[..slash]);
        data.SetTag("rpc.method", name[(slash + 1)..]);
        data.SetTag("grpc.method", null);
        if (int.TryParse(data.GetTagItem("grpc.status_code")?.ToString(), CultureInfo.InvariantCulture, out int code))
        {
            data.SetTag("rpc.grpc.status_code", code);
            data.SetTag("grpc.status_code", null);
            if (code != 0 && (data.Kind == ActivityKind.Client || s_serverErrors.Contains(code)))
            {
                data.SetStatus(ActivityStatusCode.Error);
            }
        }
    }

    // The call itself does not know where it goes; the HTTP request below it does, and ends first.
    private static void CopyAddress(Activity request)
    {
        if (request.Source.Name == "System.Net.Http" && request.Parent is { } call && call.GetTagItem("grpc.method") is not null)
        {
            call.SetTag("server.address", request.GetTagItem("server.address"));
            call.SetTag("server.port", request.GetTagItem("server.port"));
        }
    }
}
