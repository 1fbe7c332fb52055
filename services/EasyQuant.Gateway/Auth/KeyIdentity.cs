using System.Security.Claims;

namespace EasyQuant.Gateway.Auth;

/// <summary>The identity of a caller: the API key that was checked.</summary>
/// <param name="key">The key.</param>
internal sealed class KeyIdentity(KeyRecord key)
    : ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, key.ActorName)], ApiKeyAuthenticationHandler.Scheme)
{
    /// <summary>The key.</summary>
    public KeyRecord Key { get; } = key;

    /// <summary>Returns the key that a request was made with.</summary>
    /// <param name="context">The request.</param>
    /// <returns>The key, or null on an anonymous endpoint.</returns>
    public static KeyRecord? Of(HttpContext context) => (context.User.Identity as KeyIdentity)?.Key;
}
