using System.Security.Cryptography;

namespace EasyQuant.Gateway.Auth;

/// <summary>The text of an API key: <c>eq_</c>, 12 hex digits that find it, <c>_</c>, 64 hex digits that prove it. Immutable.</summary>
/// <param name="Prefix">12 lower-case hex digits; no secret.</param>
/// <param name="Secret">32 random bytes.</param>
internal sealed record ApiKeyText(string Prefix, byte[] Secret)
{
    private const string Start = "eq_";
    private const int PrefixChars = 12;
    private const int SecretBytes = 32;
    private const int TextChars = 3 + PrefixChars + 1 + (2 * SecretBytes);

    /// <summary>Makes a new key from the system's randomness.</summary>
    /// <returns>The key.</returns>
    public static ApiKeyText Create() =>
        new(RandomNumberGenerator.GetHexString(PrefixChars, lowercase: true), RandomNumberGenerator.GetBytes(SecretBytes));

    /// <summary>Reads a key as a caller sent it.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="key">The key; null when the text is none.</param>
    /// <returns>True when <paramref name="key"/> was read.</returns>
    public static bool TryParse(string? text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out ApiKeyText? key)
    {
        key = null;
        bool hasShape = text is { Length: TextChars } && text.StartsWith(Start, StringComparison.Ordinal)
            && text[Start.Length + PrefixChars] == '_'
            && text.AsSpan(Start.Length, PrefixChars).IndexOfAnyExcept(s_hex) < 0
            && text.AsSpan(Start.Length + PrefixChars + 1).IndexOfAnyExcept(s_hex) < 0;
        if (hasShape)
        {
            key = new ApiKeyText(text!.Substring(Start.Length, PrefixChars), Convert.FromHexString(text.AsSpan(Start.Length + PrefixChars + 1)));
        }

        return hasShape;
    }

    /// <summary>SHA-256 of the secret: what is stored. The secret has 256 bits of entropy, so no salt or stretching is needed.</summary>
    /// <returns>32 bytes.</returns>
    public byte[] Hash() => SHA256.HashData(Secret);

    /// <summary>The text that a caller sends. Never log it.</summary>
    /// <returns>80 characters.</returns>
    public string Reveal() => $"{Start}{Prefix}_{Convert.ToHexStringLower(Secret)}";

    /// <summary>Shows the prefix only.</summary>
    /// <returns>Text that is safe in logs.</returns>
    public override string ToString() => $"{Start}{Prefix}_…";

    private static readonly System.Buffers.SearchValues<char> s_hex = System.Buffers.SearchValues.Create("0123456789abcdef");
}
