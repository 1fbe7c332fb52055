using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using RpcStatus = Google.Rpc.Status;
using Status = Grpc.Core.Status;

namespace EasyQuant.ServiceDefaults.Errors;

/// <summary>The wire form of <see cref="RpcError"/>: <c>google.rpc.Status</c> in the trailer <c>grpc-status-details-bin</c>.</summary>
internal static class RpcErrorDetails
{
    public const string Trailer = "grpc-status-details-bin";

    private const int DetailBytesMax = 4096;
    private const int MessageCharsMax = 1024;
    private const string OmittedKey = "violations_omitted";

    public static RpcException Write(RpcError error)
    {
        string message = Cut(error.Message, MessageCharsMax);
        RpcStatus status = Build(error, message, error.Violations.Count);
        // The largest number of violations that fits: the size grows with the count, so halve until it does.
        for (int kept = error.Violations.Count; status.CalculateSize() > DetailBytesMax && kept > 0;)
        {
            kept /= 2;
            status = Build(error, message, kept);
        }

        var trailers = new Metadata { { Trailer, status.ToByteArray() } };
        return new RpcException(new Status(error.Status, message), trailers);
    }

    public static RpcError? Read(RpcException exception)
    {
        byte[]? bytes = exception.Trailers.GetValueBytes(Trailer);
        if (bytes is null)
        {
            return null;
        }

        try
        {
            return Read(exception.StatusCode, RpcStatus.Parser.ParseFrom(bytes));
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    private static RpcError? Read(StatusCode code, RpcStatus status)
    {
        ErrorInfo? info = null;
        var violations = new List<FieldViolation>();
        TimeSpan? retryAfter = null;
        foreach (Any detail in status.Details)
        {
            if (detail.TryUnpack(out ErrorInfo unpacked))
            {
                info = unpacked;
            }
            else if (detail.TryUnpack(out BadRequest badRequest))
            {
                violations.AddRange(badRequest.FieldViolations.Select(v => new FieldViolation(v.Field, v.Description)));
            }
            else if (detail.TryUnpack(out RetryInfo retry))
            {
                retryAfter = retry.RetryDelay?.ToTimeSpan();
            }
        }

        return info is { Domain: RpcError.Domain } && RpcError.IsReason(info.Type) && code != StatusCode.OK
            ? new RpcError(code, info.Type, status.Message, new Dictionary<string, string>(info.Metadata), violations, retryAfter)
            : null;
    }

    private static RpcStatus Build(RpcError error, string message, int violationCount)
    {
        // Field 1 of ErrorInfo; CommonProtos 2.0.0 still calls it by its first name, Type.
        var info = new ErrorInfo { Type = error.Reason, Domain = RpcError.Domain };
        foreach ((string key, string value) in error.Metadata.Take(32))
        {
            info.Metadata[key] = Cut(value, 256);
        }

        if (violationCount < error.Violations.Count)
        {
            info.Metadata[OmittedKey] = (error.Violations.Count - violationCount).ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        var status = new RpcStatus { Code = (int)error.Status, Message = message };
        status.Details.Add(Any.Pack(info));
        if (violationCount > 0)
        {
            var badRequest = new BadRequest();
            badRequest.FieldViolations.AddRange(error.Violations.Take(violationCount).Select(v =>
                new BadRequest.Types.FieldViolation { Field = Cut(v.Field, 256), Description = Cut(v.Description, 512) }));
            status.Details.Add(Any.Pack(badRequest));
        }

        if (error.RetryAfter is { } retryAfter)
        {
            status.Details.Add(Any.Pack(new RetryInfo { RetryDelay = Duration.FromTimeSpan(retryAfter) }));
        }

        return status;
    }

    private static string Cut(string text, int length) => text.Length <= length ? text : string.Concat(text.AsSpan(0, length - 1), "…");
}
