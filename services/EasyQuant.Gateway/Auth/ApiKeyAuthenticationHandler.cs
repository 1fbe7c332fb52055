using System.Security.Claims;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using EasyQuant.Gateway.Limits;
using EasyQuant.ServiceDefaults.Errors;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace EasyQuant.Gateway.Auth;

/// <summary>Authenticates a request by its API key. A refusal is written as a problem or as a gRPC status.</summary>
internal sealed partial class ApiKeyAuthenticationHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory loggers,
    UrlEncoder encoder,
    KeyCache keys,
    KeyUses uses,
    UnknownKeyLimiter limiter,
    TimeProvider time) : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    /// <summary>Name of the scheme.</summary>
    public new const string Scheme = "ApiKey";

    private const string Bearer = "Bearer ";
    private RpcError? _refusal;

    /// <inheritdoc/>
    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        (string? text, RpcError? fault) = TextOf(Request);
        if (text is null)
        {
            _refusal = fault;
            return AuthenticateResult.NoResult();
        }

        (KeyRecord? key, _refusal) = await CheckAsync(text);
        if (key is null)
        {
            return AuthenticateResult.Fail(_refusal!.Reason);
        }

        uses.Note(key.KeyId);
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new KeyIdentity(key)), Scheme));
    }

    /// <inheritdoc/>
    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        RpcError refusal = _refusal ?? AuthErrors.Missing();
        if (refusal.Status == global::Grpc.Core.StatusCode.Unauthenticated)
        {
            Response.Headers.WWWAuthenticate = "Bearer realm=\"easyquant\"";
        }

        return Rejection.WriteAsync(Context, refusal);
    }

    /// <inheritdoc/>
    protected override Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        ScopeRequirement? requirement = ScopePolicies.RequirementOf(Context);
        return Rejection.WriteAsync(Context, requirement is null ? AuthErrors.Forbidden() : AuthErrors.ScopeMissing(MethodScopes.NameOf(requirement.Scope)));
    }

    private async Task<(KeyRecord? Key, RpcError? Refusal)> CheckAsync(string text)
    {
        if (!ApiKeyText.TryParse(text, out ApiKeyText? sent))
        {
            return (null, AuthErrors.Invalid());
        }

        if (!keys.Knows(sent.Prefix) && limiter.Check(Context.Connection.RemoteIpAddress) is { } wait)
        {
            return (null, LimitErrors.RateLimited(wait));
        }

        KeyRecord? key;
        try
        {
            key = await keys.FindAsync(sent.Prefix, Context.RequestAborted);
        }
        catch (KeyLookupException exception)
        {
            LogLookupFailed(Logger, exception);
            return (null, AuthErrors.Unavailable());
        }

        // An unknown prefix costs the same comparison as a known one.
        bool isProven = CryptographicOperations.FixedTimeEquals(sent.Hash(), key?.SecretHash ?? s_noHash);
        if (key is null || !isProven)
        {
            return (null, AuthErrors.Invalid());
        }

        if (key.RevokeTime is not null)
        {
            return (null, AuthErrors.Revoked());
        }

        return key.ExpireTime <= time.GetUtcNow() ? (null, AuthErrors.Expired()) : (key, null);
    }

    private static readonly byte[] s_noHash = new byte[SHA256.HashSizeInBytes];

    private static (string? Text, RpcError? Fault) TextOf(HttpRequest request)
    {
        string authorization = request.Headers.Authorization.ToString();
        string header = request.Headers["x-api-key"].ToString();
        string? bearer = authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? authorization[Bearer.Length..].Trim() : null;
        if (authorization.Length > 0 && bearer is null)
        {
            return (null, AuthErrors.Invalid());
        }

        if (bearer is not null && header.Length > 0 && bearer != header)
        {
            return (null, AuthErrors.Ambiguous());
        }

        string? text = bearer ?? (header.Length > 0 ? header : null);
        return text is null ? (null, AuthErrors.Missing()) : (text, null);
    }

    [LoggerMessage(6002, LogLevel.Warning, "An API key could not be checked, because the database did not answer.")]
    private static partial void LogLookupFailed(ILogger logger, Exception exception);
}
