using Google.Rpc;
using Grpc.Core;

namespace EasyQuant.Cli.Remote;

/// <summary>Says a server's error in a sentence and chooses the exit code.</summary>
public static class RemoteError
{
    /// <summary>Reason, message and field findings of an error.</summary>
    /// <param name="error">What a call threw.</param>
    /// <returns>One or more lines.</returns>
    public static string Describe(RpcException error)
    {
        ArgumentNullException.ThrowIfNull(error);
        string text = error.Status.Detail.Length > 0 ? error.Status.Detail : error.StatusCode.ToString();
        byte[]? details = error.Trailers.GetValueBytes("grpc-status-details-bin");
        if (details is null)
        {
            return text;
        }

        Google.Rpc.Status status = Google.Rpc.Status.Parser.ParseFrom(details);
        foreach (Google.Protobuf.WellKnownTypes.Any any in status.Details)
        {
            if (any.TryUnpack(out ErrorInfo info))
            {
                // Field 1, the reason, is named Type in the C# types of this package version.
                text = $"{info.Type}: {text}";
            }
            else if (any.TryUnpack(out BadRequest bad))
            {
                text += string.Concat(bad.FieldViolations.Select(v => $"\n  {v.Field}: {v.Description}"));
            }
        }

        return text;
    }

    /// <summary>Exit code for an error.</summary>
    /// <param name="error">What a call threw.</param>
    /// <returns>3 when the server did not answer, 1 when the call was wrong, 2 otherwise.</returns>
    public static int ExitCode(RpcException error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return error.StatusCode switch
        {
            StatusCode.Unavailable or StatusCode.DeadlineExceeded => ExitCodes.Unreachable,
            StatusCode.InvalidArgument or StatusCode.NotFound or StatusCode.AlreadyExists or StatusCode.Unauthenticated or StatusCode.PermissionDenied => ExitCodes.Usage,
            StatusCode.Cancelled => ExitCodes.Interrupted,
            _ => ExitCodes.Failed,
        };
    }
}
