using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;

namespace EasyQuant.ServiceDefaults;

/// <summary>The two endpoints that every service has.</summary>
public static class KestrelExtensions
{
    /// <summary>Setting (environment variable) with the port of the gRPC endpoint; 0 or missing lets the system choose.</summary>
    public const string GrpcPortSetting = "GRPC_PORT";

    /// <summary>Setting (environment variable) with the port of the HTTP/1.1 endpoint; 0 or missing lets the system choose.</summary>
    public const string HttpPortSetting = "HTTP_PORT";

    /// <summary>Setting (environment variable) with the IP address of the gRPC endpoint; missing means the loopback address.</summary>
    public const string GrpcHostSetting = "GRPC_HOST";

    /// <summary>Setting (environment variable) with the IP address of the HTTP/1.1 endpoint; missing means the loopback address.</summary>
    public const string HttpHostSetting = "HTTP_HOST";

    /// <summary>Setting (environment variable) with a PEM file of certificate and private key for the gRPC endpoint; missing means no TLS.</summary>
    public const string GrpcCertificateSetting = "GRPC_CERTIFICATE";

    private const int StreamWindowBytes = 1024 * 1024;
    private const int ConnectionWindowBytes = 8 * StreamWindowBytes;

    /// <summary>
    /// Makes Kestrel listen on two ports, of the loopback address unless <see cref="GrpcHostSetting"/> and <see cref="HttpHostSetting"/> say otherwise:
    /// gRPC over HTTP/2 (<see cref="GrpcPortSetting"/>; without TLS unless <see cref="GrpcCertificateSetting"/> is set) and HTTP/1.1 for health and, in
    /// the Gateway, REST (<see cref="HttpPortSetting"/>). ASPNETCORE_URLS is not used, because a cleartext port speaks one of the two protocols only. A
    /// connection carries at most 100 streams; the HTTP/2 windows are 1 MiB a stream and 8 MiB
    /// a connection, so that concurrent 4 MiB messages do not stall each other.
    /// </summary>
    /// <param name="builder">The application that listens.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="InvalidOperationException">A port is not a number of 0..65535, or a host is no IP address.</exception>
    public static WebApplicationBuilder UseEasyQuantKestrel(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        int grpcPort = PortOf(builder.Configuration, GrpcPortSetting);
        int httpPort = PortOf(builder.Configuration, HttpPortSetting);
        IPAddress grpcHost = HostOf(builder.Configuration, GrpcHostSetting);
        IPAddress httpHost = HostOf(builder.Configuration, HttpHostSetting);
        string? certificate = builder.Configuration[GrpcCertificateSetting];
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            Http2Limits http2 = kestrel.Limits.Http2;
            http2.MaxStreamsPerConnection = 100;
            http2.InitialStreamWindowSize = StreamWindowBytes;
            http2.InitialConnectionWindowSize = ConnectionWindowBytes;
            http2.KeepAlivePingDelay = TimeSpan.FromSeconds(30);
            http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(20);
            kestrel.Limits.MaxRequestHeadersTotalSize = 32 * 1024;
            kestrel.Limits.MaxConcurrentConnections = 1000;
            kestrel.Listen(grpcHost, grpcPort, listen =>
            {
                listen.Protocols = HttpProtocols.Http2;
                if (certificate is { Length: > 0 })
                {
                    listen.UseHttps(X509Certificate2.CreateFromPemFile(certificate));
                }
            });
            kestrel.Listen(httpHost, httpPort, listen => listen.Protocols = HttpProtocols.Http1);
        });
        return builder;
    }

    private static IPAddress HostOf(IConfiguration configuration, string setting) =>
        configuration[setting] is not { Length: > 0 } text ? IPAddress.Loopback
            : IPAddress.TryParse(text, out IPAddress? address) ? address
            : throw new InvalidOperationException($"{setting} must be an IP address to listen on, was '{text}'.");

    private static int PortOf(IConfiguration configuration, string setting)
    {
        string? text = configuration[setting];
        if (string.IsNullOrEmpty(text))
        {
            return 0;
        }

        return int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out int port) && port <= 65535
            ? port
            : throw new InvalidOperationException($"{setting} must be a port of 0..65535, was '{text}'.");
    }
}
