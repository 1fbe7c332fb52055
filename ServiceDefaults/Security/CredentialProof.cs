using System.Security.Cryptography;
using System.Text;

namespace EasyQuant.ServiceDefaults.Security;

/// <summary>
/// Proves to each other that two processes know the internal credential without sending it: HMAC-SHA256 over a role and both nonces
/// (RFC 2104). Pure and thread-safe.
/// </summary>
public static class CredentialProof
{
    /// <summary>Bytes of a nonce: 32.</summary>
    public const int NonceBytes = 32;

    /// <summary>Role of the platform that dials.</summary>
    public const string Platform = "platform";

    /// <summary>Role of the worker that is dialled.</summary>
    public const string Worker = "worker";

    /// <summary>Returns a new nonce.</summary>
    /// <returns><see cref="NonceBytes"/> random bytes.</returns>
    public static byte[] NewNonce() => RandomNumberGenerator.GetBytes(NonceBytes);

    /// <summary>Computes a proof.</summary>
    /// <param name="credential">The secret that both know.</param>
    /// <param name="role">Who proves, so that a proof cannot be sent back.</param>
    /// <param name="theirs">Nonce of the other side, <see cref="NonceBytes"/> bytes.</param>
    /// <param name="own">Nonce of the side that proves, <see cref="NonceBytes"/> bytes.</param>
    /// <returns>32 bytes.</returns>
    /// <exception cref="ArgumentException">A nonce has another length.</exception>
    public static byte[] Create(InternalCredential credential, string role, ReadOnlySpan<byte> theirs, ReadOnlySpan<byte> own)
    {
        ArgumentNullException.ThrowIfNull(credential);
        ArgumentException.ThrowIfNullOrEmpty(role);
        if (theirs.Length != NonceBytes || own.Length != NonceBytes)
        {
            throw new ArgumentException($"A nonce must have {NonceBytes} bytes, had {theirs.Length} and {own.Length}.");
        }

        byte[] message = [.. Encoding.UTF8.GetBytes(role), 0, .. theirs, .. own];
        return HMACSHA256.HashData(Encoding.UTF8.GetBytes(credential.Value), message);
    }

    /// <summary>Checks a proof in constant time.</summary>
    /// <param name="credential">The secret that both know.</param>
    /// <param name="role">Who proves.</param>
    /// <param name="own">Nonce of the side that checks.</param>
    /// <param name="theirs">Nonce of the side that proves; a wrong length is a wrong proof.</param>
    /// <param name="proof">What came.</param>
    /// <returns>True when it is right.</returns>
    public static bool IsValid(InternalCredential credential, string role, ReadOnlySpan<byte> own, ReadOnlySpan<byte> theirs, ReadOnlySpan<byte> proof) =>
        theirs.Length == NonceBytes && CryptographicOperations.FixedTimeEquals(Create(credential, role, own, theirs), proof);
}
