using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EasyQuant.ServiceDefaults.Grpc;
using Grpc.Core;
using Grpc.Net.Client;

namespace EasyQuant.RunnerService.Grpc.Monitoring;

/// <summary>The way of a worker apart from the platform to the Gateway.</summary>
internal static class ServerChannel
{
    /// <summary>Makes the channel; connects at the first call.</summary>
    public static GrpcChannel Create(RunnerOptions options)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = TimeSpan.FromSeconds(5),
            KeepAlivePingDelay = TimeSpan.FromSeconds(10),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(10),
        };
        if (options.ServerCa.Length > 0)
        {
            // An authority of one's own publishes no lists of what it took back.
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.ImportFromPemFile(options.ServerCa);
            handler.SslOptions.CertificateChainPolicy = policy;
        }

        return GrpcChannel.ForAddress(options.Server, new GrpcChannelOptions
        {
            MaxReceiveMessageSize = GrpcExtensions.MessageBytesMax,
            MaxSendMessageSize = GrpcExtensions.MessageBytesMax,
            HttpHandler = handler,
        });
    }

    /// <summary>Whether a PEM file can be read and holds a certificate.</summary>
    public static bool HasCertificate(string path)
    {
        try
        {
            var found = new X509Certificate2Collection();
            found.ImportFromPemFile(path);
            return found.Count > 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            return false;
        }
    }

    /// <summary>Why the server's certificate was refused; null when something else failed.</summary>
    public static string? RefusalOf(Exception exception)
    {
        Exception? cause = exception is RpcException { Status.DebugException: { } inner } ? inner : exception;
        while (cause is not (null or AuthenticationException))
        {
            cause = cause.InnerException;
        }

        return cause?.Message;
    }
}
