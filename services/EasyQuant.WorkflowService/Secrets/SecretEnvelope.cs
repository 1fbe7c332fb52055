using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace EasyQuant.WorkflowService.Secrets;

/// <summary>
/// Seals values by AES-256-GCM (NIST SP 800-38D) under a random data key each, which is sealed under a key-encryption key. Project, name, version and hosts are
/// associated data of both, so that no row opens as another one. Thread-safe.
/// </summary>
internal static class SecretEnvelope
{
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    /// <summary>Seals a value under the ring's current key.</summary>
    public static SealedSecret Seal(KeyRing ring, SecretIdentity identity, ReadOnlySpan<byte> value)
    {
        byte[] dataKey = RandomNumberGenerator.GetBytes(KeyRing.KeyBytes);
        try
        {
            byte[] nonce = RandomNumberGenerator.GetBytes(NonceBytes);
            byte[] ciphertext = Encrypt(dataKey, nonce, value, Associated("value", "", identity));
            return new SealedSecret(nonce, ciphertext, Wrap(ring, identity, dataKey), ring.CurrentId);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(dataKey);
        }
    }

    /// <summary>Opens a value.</summary>
    /// <exception cref="CryptographicException">The ring lacks the key, or any part is not what was sealed.</exception>
    public static byte[] Open(KeyRing ring, SecretIdentity identity, SealedSecret secret)
    {
        byte[] dataKey = Unwrap(ring, identity, secret);
        try
        {
            return Decrypt(dataKey, secret.Nonce, secret.Ciphertext, Associated("value", "", identity));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(dataKey);
        }
    }

    /// <summary>Seals the data key under the ring's current key; the value itself stays as it is.</summary>
    /// <exception cref="CryptographicException">As <see cref="Open"/>.</exception>
    public static SealedSecret Rewrap(KeyRing ring, SecretIdentity identity, SealedSecret secret)
    {
        byte[] dataKey = Unwrap(ring, identity, secret);
        try
        {
            return secret with { DataKey = Wrap(ring, identity, dataKey), KeyId = ring.CurrentId };
        }
        finally
        {
            CryptographicOperations.ZeroMemory(dataKey);
        }
    }

    private static byte[] Wrap(KeyRing ring, SecretIdentity identity, byte[] dataKey)
    {
        byte[] key = ring.Find(ring.CurrentId) ?? throw new CryptographicException("The ring has no key.");
        byte[] nonce = RandomNumberGenerator.GetBytes(NonceBytes);
        return [.. nonce, .. Encrypt(key, nonce, dataKey, Associated("data key", ring.CurrentId, identity))];
    }

    private static byte[] Unwrap(KeyRing ring, SecretIdentity identity, SealedSecret secret)
    {
        byte[] key = ring.Find(secret.KeyId) ?? throw new CryptographicException($"The ring has no key '{secret.KeyId}'.");
        ReadOnlySpan<byte> wrapped = secret.DataKey;
        return wrapped.Length == NonceBytes + KeyRing.KeyBytes + TagBytes
            ? Decrypt(key, wrapped[..NonceBytes], wrapped[NonceBytes..], Associated("data key", secret.KeyId, identity))
            : throw new CryptographicException($"A sealed data key has {NonceBytes + KeyRing.KeyBytes + TagBytes} bytes, this one {wrapped.Length}.");
    }

    private static byte[] Encrypt(byte[] key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plain, byte[] associated)
    {
        byte[] result = new byte[plain.Length + TagBytes];
        using var aes = new AesGcm(key, TagBytes);
        aes.Encrypt(nonce, plain, result.AsSpan(0, plain.Length), result.AsSpan(plain.Length), associated);
        return result;
    }

    private static byte[] Decrypt(byte[] key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> sealedText, byte[] associated)
    {
        if (nonce.Length != NonceBytes || sealedText.Length < TagBytes)
        {
            throw new CryptographicException("A sealed text is too short.");
        }

        byte[] plain = new byte[sealedText.Length - TagBytes];
        using var aes = new AesGcm(key, TagBytes);
        aes.Decrypt(nonce, sealedText[..^TagBytes], sealedText[^TagBytes..], plain, associated);
        return plain;
    }

    // Each part carries its length, so that no two identities give the same bytes.
    private static byte[] Associated(string purpose, string keyId, SecretIdentity identity)
    {
        var bytes = new List<byte>();
        string[] parts = ["easyquant secret 1", purpose, keyId, identity.ProjectId, identity.Name, .. identity.Hosts];
        Span<byte> length = stackalloc byte[sizeof(int)];
        foreach (string part in parts)
        {
            byte[] text = Encoding.UTF8.GetBytes(part);
            BinaryPrimitives.WriteInt32LittleEndian(length, text.Length);
            bytes.AddRange(length);
            bytes.AddRange(text);
        }

        BinaryPrimitives.WriteInt32LittleEndian(length, identity.Version);
        bytes.AddRange(length);
        return [.. bytes];
    }
}
