using System.Security.Cryptography;
using System.Text;

namespace EasyQuant.Persistence;

/// <summary>Ids that follow from what they identify, so that work that is executed again makes the same ids (UUID version 5).</summary>
public static class DeterministicId
{
    /// <summary>Returns the id of a name within a parent.</summary>
    /// <param name="parent">Id of what it belongs to, for example a run.</param>
    /// <param name="name">Name within the parent, for example <c>event/3</c>.</param>
    /// <returns>The same id for the same arguments, on every machine.</returns>
    public static Guid Create(Guid parent, string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        Span<byte> input = stackalloc byte[16 + Encoding.UTF8.GetMaxByteCount(Math.Min(name.Length, 256))];
        if (name.Length > 256)
        {
            throw new ArgumentException($"`name` must have at most 256 characters, had {name.Length}.", nameof(name));
        }

        parent.TryWriteBytes(input, bigEndian: true, out _);
        int length = 16 + Encoding.UTF8.GetBytes(name, input[16..]);
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
        SHA1.HashData(input[..length], hash);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
