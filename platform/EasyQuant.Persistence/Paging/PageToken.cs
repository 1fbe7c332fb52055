using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace EasyQuant.Persistence.Paging;

/// <summary>
/// Opaque page tokens: the key of the last row of a page, bound by a checksum to the list that it came from, so a token of
/// another method, project or filter is recognised. Not a secret: the query checks the project again.
/// </summary>
public static class PageToken
{
    private const int CheckBytes = 12;
    private const int LengthMax = 2048;

    /// <summary>Writes a token.</summary>
    /// <param name="scope">What the token belongs to: method, project and every filter of the list.</param>
    /// <param name="key">Key of the last row of the page.</param>
    /// <returns>URL-safe text.</returns>
    public static string Write(string scope, params IReadOnlyList<string> key)
    {
        byte[] payload = JsonSerializer.SerializeToUtf8Bytes(key);
        byte[] token = new byte[CheckBytes + payload.Length];
        Check(scope, payload).AsSpan(0, CheckBytes).CopyTo(token);
        payload.CopyTo(token, CheckBytes);
        return Base64Url.EncodeToString(token);
    }

    /// <summary>Reads a token that <see cref="Write"/> wrote for the same scope.</summary>
    /// <param name="token">What the caller sent; not empty.</param>
    /// <param name="scope">The scope of this list.</param>
    /// <param name="partCount">Number of parts that the key has.</param>
    /// <param name="key">The key; empty when the token is not valid.</param>
    /// <returns>False for a damaged or foreign token: the caller answers PAGE_TOKEN_INVALID.</returns>
    public static bool TryRead(string token, string scope, int partCount, out IReadOnlyList<string> key)
    {
        key = [];
        if (token is null || token.Length > LengthMax || !Base64Url.IsValid(token))
        {
            return false;
        }

        byte[] bytes = Base64Url.DecodeFromChars(token);
        if (bytes.Length <= CheckBytes)
        {
            return false;
        }

        ReadOnlySpan<byte> payload = bytes.AsSpan(CheckBytes);
        if (!CryptographicOperations.FixedTimeEquals(bytes.AsSpan(0, CheckBytes), Check(scope, payload).AsSpan(0, CheckBytes)))
        {
            return false;
        }

        key = JsonSerializer.Deserialize<string[]>(payload) ?? [];
        return key.Count == partCount;
    }

    private static byte[] Check(string scope, ReadOnlySpan<byte> payload)
    {
        byte[] scopeBytes = Encoding.UTF8.GetBytes(scope);
        byte[] all = new byte[scopeBytes.Length + 1 + payload.Length];
        scopeBytes.CopyTo(all, 0);
        payload.CopyTo(all.AsSpan(scopeBytes.Length + 1));
        return SHA256.HashData(all);
    }
}
