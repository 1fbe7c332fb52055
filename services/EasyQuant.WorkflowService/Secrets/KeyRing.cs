using System.Security.Cryptography;
using EasyQuant.ServiceDefaults;

namespace EasyQuant.WorkflowService.Secrets;

/// <summary>
/// The key-encryption keys of the installation. The last one seals, all of them open. They lie in a file beside the database's data, one line of base64 a key,
/// readable by its owner only. Immutable and thread-safe.
/// </summary>
internal sealed class KeyRing
{
    /// <summary>Name of the file in the directory of keys.</summary>
    public const string FileName = "secrets.key";

    /// <summary>Bytes of a key: AES-256.</summary>
    public const int KeyBytes = 32;

    private const int KeysMax = 100;
    private readonly Dictionary<string, byte[]> _keys = new(StringComparer.Ordinal);

    /// <summary>Makes a ring.</summary>
    /// <param name="keys">Keys of 32 bytes, the one that seals last.</param>
    public KeyRing(IReadOnlyList<byte[]> keys)
    {
        ArgumentOutOfRangeException.ThrowIfZero(keys.Count);
        foreach (byte[] key in keys)
        {
            CurrentId = IdOf(key);
            _keys[CurrentId] = key;
        }
    }

    private KeyRing()
    {
    }

    /// <summary>A ring without keys: the installation has no directory for them.</summary>
    public static KeyRing None { get; } = new();

    /// <summary>Id of the key that seals; empty without keys.</summary>
    public string CurrentId { get; } = "";

    /// <summary>Reads the ring from a directory; makes it with one random key when there is none yet.</summary>
    /// <param name="directory">Directory of keys; empty gives <see cref="None"/>.</param>
    /// <exception cref="InvalidOperationException">Others may read the file, or it does not hold keys; the message says what to do.</exception>
    public static KeyRing Open(string directory)
    {
        if (directory.Length == 0)
        {
            return None;
        }

        string path = Path.Combine(Path.GetFullPath(directory), FileName);
        PrivateFile.Ensure(path, () => Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeyBytes)));
        PrivateFile.RequireOwnerOnly(path);
        string[] lines = [.. File.ReadAllLines(path).Select(line => line.Trim()).Where(line => line.Length > 0)];
        if (lines.Length is 0 or > KeysMax)
        {
            throw new InvalidOperationException($"{path} must hold 1 to {KeysMax} keys, one a line; it has {lines.Length}.");
        }

        var keys = new byte[lines.Length][];
        for (int i = 0; i < keys.Length; i++)
        {
            byte[] key = new byte[KeyBytes];
            keys[i] = Convert.TryFromBase64String(lines[i], key, out int written) && written == KeyBytes
                ? key
                : throw new InvalidOperationException($"{path}, key {i + 1}: expected base64 of {KeyBytes} bytes, as `openssl rand -base64 {KeyBytes}` prints it.");
        }

        return new KeyRing(keys);
    }

    /// <summary>Returns a key, or null when the ring does not have it.</summary>
    public byte[]? Find(string keyId) => _keys.GetValueOrDefault(keyId);

    // The id tells keys apart and tells nothing about them.
    private static string IdOf(byte[] key) => Convert.ToHexStringLower(HMACSHA256.HashData(key, "easyquant key id"u8))[..16];
}
