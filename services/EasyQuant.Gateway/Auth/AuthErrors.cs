using EasyQuant.ServiceDefaults.Errors;
using Grpc.Core;

namespace EasyQuant.Gateway.Auth;

/// <summary>Refusals of callers, the same for REST and gRPC.</summary>
internal static class AuthErrors
{
    /// <summary>No key was sent.</summary>
    public static RpcError Missing() => new(
        StatusCode.Unauthenticated, "API_KEY_MISSING", "The call needs an API key in the header 'authorization: Bearer eq_...' or 'x-api-key: eq_...'.");

    /// <summary>What was sent is no key of this installation.</summary>
    public static RpcError Invalid() => new(StatusCode.Unauthenticated, "API_KEY_INVALID", "The API key is not valid.");

    /// <summary>Two different keys were sent.</summary>
    public static RpcError Ambiguous() => new(
        StatusCode.Unauthenticated, "API_KEY_AMBIGUOUS", "The headers 'authorization' and 'x-api-key' must not hold different keys.");

    /// <summary>The key was revoked.</summary>
    public static RpcError Revoked() => new(StatusCode.Unauthenticated, "API_KEY_REVOKED", "The API key has been revoked.");

    /// <summary>The key has expired.</summary>
    public static RpcError Expired() => new(StatusCode.Unauthenticated, "API_KEY_EXPIRED", "The API key has expired.");

    /// <summary>The key cannot be checked.</summary>
    public static RpcError Unavailable() => new(
        StatusCode.Unavailable, "AUTH_UNAVAILABLE", "API keys cannot be checked now; try again.", retryAfter: TimeSpan.FromSeconds(1));

    /// <summary>The key lacks a scope.</summary>
    /// <param name="scope">The scope, lower case.</param>
    public static RpcError ScopeMissing(string scope) => new(
        StatusCode.PermissionDenied, "SCOPE_MISSING", $"The API key lacks the scope '{scope}'.", new Dictionary<string, string> { ["scope"] = scope });

    /// <summary>The endpoint is open to nobody.</summary>
    public static RpcError Forbidden() => new(StatusCode.PermissionDenied, "FORBIDDEN", "No API key may make this call.");
}
