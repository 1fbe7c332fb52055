
namespace EasyQuant.Gateway.Auth;

/// <summary>An API key as stored. Immutable.</summary>
internal sealed record KeyRecord
{
    /// <summary>UUID version 7.</summary>
    public required Guid KeyId { get; init; }

    /// <summary>Project that the key acts in.</summary>
    public required string ProjectId { get; init; }

    /// <summary>Name for people.</summary>
    public required string Name { get; init; }

    /// <summary>12 lower-case hex digits that find the key.</summary>
    public required string Prefix { get; init; }

    /// <summary>SHA-256 of the secret, 32 bytes.</summary>
    public required byte[] SecretHash { get; init; }

    /// <summary>What it may do, ascending.</summary>
    public required IReadOnlyList<KeyScope> Scopes { get; init; }

    /// <summary>Who made it.</summary>
    public required string Actor { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreateTime { get; init; }

    /// <summary>When it ends, exclusive; null when never.</summary>
    public DateTimeOffset? ExpireTime { get; init; }

    /// <summary>When it was revoked; null while it is valid.</summary>
    public DateTimeOffset? RevokeTime { get; init; }

    /// <summary>When it was last used; null before the first use.</summary>
    public DateTimeOffset? LastUseTime { get; init; }

    /// <summary>Name of the key as an actor: <c>key:&lt;id&gt;</c>.</summary>
    public string ActorName => $"key:{KeyId}";

    /// <summary>Tells whether the key has a scope. Admin contains all others.</summary>
    /// <param name="scope">The scope.</param>
    /// <returns>True when it does.</returns>
    public bool Has(KeyScope scope) => Scopes.Contains(scope) || Scopes.Contains(KeyScope.Admin);
}
