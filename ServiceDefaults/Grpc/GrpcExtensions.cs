using EasyQuant.ServiceDefaults.Security;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Grpc.Net.Client.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace EasyQuant.ServiceDefaults.Grpc;

/// <summary>gRPC between services: server and client defaults.</summary>
public static class GrpcExtensions
{
    /// <summary>Largest gRPC message in either direction, in bytes: 4 MiB.</summary>
    public const int MessageBytesMax = 4 * 1024 * 1024;

    /// <summary>
    /// Adds the gRPC server: error mapping, internal credential, 4 MiB messages, no error texts of exceptions, health service, and
    /// reflection in Development. <see cref="ServiceDefaultsExtensions.MapServiceDefaults"/> maps the last two.
    /// </summary>
    /// <param name="builder">The service.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="InvalidOperationException">EASYQUANT_INTERNAL_CREDENTIAL is missing or short.</exception>
    public static IHostApplicationBuilder AddGrpcServerDefaults(this IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        AddCredential(builder);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.TryAddSingleton<GrpcServerDefaultsMarker>();
        builder.Services.TryAddSingleton<ErrorInterceptor>();
        builder.Services.TryAddSingleton<InternalCredentialServerInterceptor>();
        builder.Services.AddGrpc(options =>
        {
            options.MaxReceiveMessageSize = MessageBytesMax;
            options.MaxSendMessageSize = MessageBytesMax;
            options.EnableDetailedErrors = false;
            options.Interceptors.Add<ErrorInterceptor>();
            options.Interceptors.Add<InternalCredentialServerInterceptor>();
        });
        return builder;
    }

    private static void AddCredential(IHostApplicationBuilder builder) =>
        builder.Services.TryAddSingleton(InternalCredential.From(builder.Configuration));
}
