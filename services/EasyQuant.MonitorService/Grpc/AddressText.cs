using System.Globalization;
using EasyQuant.MonitorService.Pool;
using EasyQuant.ServiceDefaults.Errors;
using Google.Protobuf.WellKnownTypes;
using Wire = EasyQuant.Contracts.Worker.V1;

namespace EasyQuant.MonitorService.Grpc;

/// <summary>Reads and writes addresses of workers.</summary>
internal static class AddressText
{
    /// <summary>Reads "host:port"; the host is a name, an IPv4 address or an IPv6 address in brackets.</summary>
    /// <exception cref="RpcError">InvalidArgument ADDRESS_INVALID.</exception>
    public static string Read(string text)
    {
        int colon = text.LastIndexOf(':');
        string host = colon > 0 ? text[..colon].Trim('[', ']') : "";
        bool isValid = text.Length <= 260 && Uri.CheckHostName(host) != UriHostNameType.Unknown && (Uri.CheckHostName(host) == UriHostNameType.IPv6) == text.StartsWith('[')
            && int.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port is > 0 and <= 65535;
        return isValid
            ? text.ToLowerInvariant()
            : throw RpcError.Invalid("ADDRESS_INVALID", "address", $"`address` must be host:port, e.g. 10.0.0.7:7070, was '{(text.Length <= 100 ? text : text[..100])}'.");
    }

    public static Wire.WorkerAddress Write(DialedAddress address) => new()
    {
        Address = address.Address,
        Tls = address.IsTls,
        WorkerName = address.WorkerName,
        Connected = address.IsConnected,
        LastError = address.LastError,
        CreateTime = Timestamp.FromDateTimeOffset(address.CreateTime),
    };
}
