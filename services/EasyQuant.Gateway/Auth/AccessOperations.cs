using System.Globalization;
using System.Text.RegularExpressions;
using EasyQuant.Contracts.Access.V1;
using EasyQuant.Persistence.Paging;
using EasyQuant.ServiceDefaults.Errors;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace EasyQuant.Gateway.Auth;

/// <summary>What AccessService does, for the project of the calling key. Thread-safe.</summary>
/// <param name="store">Where keys live.</param>
/// <param name="cache">Told about changes.</param>
/// <param name="options">Bounds.</param>
/// <param name="time">The clock.</param>
internal sealed partial class AccessOperations(IKeyStore store, KeyCache cache, IOptions<AuthOptions> options, TimeProvider time)
{
    private const int PageSizeDefault = 50;
    private const int PageSizeMax = 500;

    /// <summary>Makes a key.</summary>
    /// <param name="caller">The calling key.</param>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The key with its text.</returns>
    /// <exception cref="RpcError">As the contract says.</exception>
    public async Task<CreateKeyResponse> CreateAsync(KeyRecord caller, CreateKeyRequest request, CancellationToken cancellationToken)
    {
        DateTimeOffset now = time.GetUtcNow();
        Validate(request, now);
        ApiKeyText text = ApiKeyText.Create();
        var key = new KeyRecord
        {
            KeyId = Guid.CreateVersion7(now),
            ProjectId = caller.ProjectId,
            Name = request.Name,
            Prefix = text.Prefix,
            SecretHash = text.Hash(),
            Scopes = [.. request.Scopes.Distinct().Order().Select(s => (KeyScope)s)],
            Actor = caller.ActorName,
            // PostgreSQL keeps microseconds; a page token must name the stored instant.
            CreateTime = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond)),
            ExpireTime = request.ExpireTime?.ToDateTimeOffset(),
        };
        int max = options.Value.KeysPerProjectMax;
        switch (await store.InsertAsync(key, max, cancellationToken))
        {
            case KeyInsert.NameTaken:
                throw new RpcError(StatusCode.AlreadyExists, "KEY_EXISTS", $"The project has an unrevoked key with the name '{request.Name}'.");
            case KeyInsert.TooMany:
                throw new RpcError(StatusCode.ResourceExhausted, "KEY_COUNT_MAX", string.Create(CultureInfo.InvariantCulture, $"The project has {max} unrevoked keys, which is the most; revoke one."));
        }

        cache.Forget(key.Prefix);
        return new CreateKeyResponse { Key = ToProto(key), Text = text.Reveal() };
    }

    /// <summary>Lists keys.</summary>
    /// <param name="caller">The calling key.</param>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A page.</returns>
    /// <exception cref="RpcError">As the contract says.</exception>
    public async Task<ListKeysResponse> ListAsync(KeyRecord caller, ListKeysRequest request, CancellationToken cancellationToken)
    {
        int size = request.PageSize == 0 ? PageSizeDefault : request.PageSize;
        if (size is < 1 or > PageSizeMax)
        {
            throw RpcError.Invalid("PAGE_SIZE_INVALID", "/pageSize", string.Create(CultureInfo.InvariantCulture, $"pageSize must be 1 to {PageSizeMax}, was {request.PageSize}."));
        }

        string scope = $"keys/{caller.ProjectId}";
        (DateTimeOffset, Guid)? after = request.PageToken.Length == 0 ? null : AfterOf(request.PageToken, scope);
        IReadOnlyList<KeyRecord> keys = await store.ListAsync(caller.ProjectId, after, size + 1, cancellationToken);
        var response = new ListKeysResponse { Keys = { keys.Take(size).Select(ToProto) } };
        if (keys.Count > size)
        {
            KeyRecord last = keys[size - 1];
            response.NextPageToken = PageToken.Write(scope, last.CreateTime.UtcTicks.ToString(CultureInfo.InvariantCulture), last.KeyId.ToString());
        }

        return response;
    }

    /// <summary>Revokes a key.</summary>
    /// <param name="caller">The calling key.</param>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The key after it.</returns>
    /// <exception cref="RpcError">As the contract says.</exception>
    public async Task<RevokeKeyResponse> RevokeAsync(KeyRecord caller, RevokeKeyRequest request, CancellationToken cancellationToken)
    {
        KeyRecord? key = Guid.TryParseExact(request.KeyId, "D", out Guid keyId)
            ? await store.RevokeAsync(caller.ProjectId, keyId, time.GetUtcNow(), cancellationToken)
            : null;
        if (key is null)
        {
            throw RpcError.NotFound("KEY_NOT_FOUND", $"The project has no key '{request.KeyId}'.");
        }

        cache.Forget(key.Prefix);
        return new RevokeKeyResponse { Key = ToProto(key) };
    }

    /// <summary>Returns the calling key.</summary>
    /// <param name="caller">The calling key.</param>
    /// <returns>The same, without its secret.</returns>
    public static GetCurrentKeyResponse Current(KeyRecord caller) => new() { Key = ToProto(caller) };

    private static void Validate(CreateKeyRequest request, DateTimeOffset now)
    {
        if (!NamePattern().IsMatch(request.Name))
        {
            throw RpcError.Invalid("KEY_NAME_INVALID", "/name", "name must be 1 to 63 of a-z, 0-9, '.', '_', '-', starting with a letter or digit.");
        }

        if (request.Scopes.Count == 0 || request.Scopes.Any(s => s == Scope.Unspecified || !System.Enum.IsDefined(s)))
        {
            throw RpcError.Invalid("KEY_SCOPES_INVALID", "/scopes", "scopes must have at least one of SCOPE_READ, SCOPE_RUN, SCOPE_EDIT, SCOPE_OPERATE, SCOPE_ADMIN, SCOPE_SECRETS and nothing else.");
        }

        if (request.ExpireTime is not null && request.ExpireTime.ToDateTimeOffset() <= now)
        {
            throw RpcError.Invalid("KEY_EXPIRY_INVALID", "/expireTime", $"expireTime must be in the future, was {request.ExpireTime.ToDateTimeOffset():O}.");
        }
    }

    private static (DateTimeOffset, Guid) AfterOf(string token, string scope) =>
        PageToken.TryRead(token, scope, 2, out IReadOnlyList<string> key)
        && long.TryParse(key[0], NumberStyles.None, CultureInfo.InvariantCulture, out long ticks)
        && ticks <= DateTime.MaxValue.Ticks
        && Guid.TryParse(key[1], out Guid keyId)
            ? (new DateTimeOffset(ticks, TimeSpan.Zero), keyId)
            : throw RpcError.Invalid("PAGE_TOKEN_INVALID", "/pageToken", "pageToken must be the nextPageToken of a page of this list.");

    private static ApiKey ToProto(KeyRecord key) => new()
    {
        KeyId = key.KeyId.ToString(),
        Name = key.Name,
        ProjectId = key.ProjectId,
        Prefix = key.Prefix,
        Scopes = { key.Scopes.Select(s => (Scope)s) },
        CreateTime = key.CreateTime.ToTimestamp(),
        ExpireTime = key.ExpireTime?.ToTimestamp(),
        RevokeTime = key.RevokeTime?.ToTimestamp(),
        LastUseTime = key.LastUseTime?.ToTimestamp(),
        Actor = key.Actor,
    };

    [GeneratedRegex("^[a-z0-9][a-z0-9._-]{0,62}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex NamePattern();
}
