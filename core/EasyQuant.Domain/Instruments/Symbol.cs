namespace EasyQuant.Domain;

/// <summary>
/// Identifies an instrument: code and exchange, canonical text <c>600000.SH</c>, <c>000001.SZ</c>, <c>430047.BJ</c>,
/// <c>AAPL.US</c>, <c>BTCUSDT.BINANCE</c>. The default value has empty parts and means "no symbol".
/// Ordered by ordinal comparison of the canonical text.
/// </summary>
public readonly record struct Symbol : IComparable<Symbol>
{
    private readonly string? _code;
    private readonly string? _exchange;

    private Symbol(string code, string exchange)
    {
        _code = code;
        _exchange = exchange;
    }

    /// <summary>Upper-case code without exchange, for example <c>600000</c>; empty for the default value.</summary>
    public string Code => _code ?? string.Empty;

    /// <summary>Upper-case exchange, for example <c>SH</c>, <c>SZ</c>, <c>BJ</c>, <c>US</c>, <c>BINANCE</c>; empty for the default value.</summary>
    public string Exchange => _exchange ?? string.Empty;

    /// <summary>True when the exchange is Shanghai, Shenzhen or Beijing.</summary>
    public bool IsMainlandChina => Exchange is "SH" or "SZ" or "BJ";

    /// <summary>Parses the canonical text only.</summary>
    /// <exception cref="FormatException">The text is not a canonical symbol.</exception>
    public static Symbol Parse(string canonical) => TryNormalize(canonical, out Symbol symbol) && symbol.ToString() == canonical
        ? symbol
        : throw new FormatException($"\"{canonical}\" is not a canonical symbol such as 600000.SH.");

    /// <summary>
    /// Reads any vendor's spelling, case-insensitive, surrounding white space ignored: <c>600000.SH</c>, <c>sh.600000</c>,
    /// <c>SH600000</c>, <c>SH#600000</c>, <c>600000.XSHG</c>, <c>600000.SSE</c>, <c>600000.SS</c>, <c>SHSE.600000</c>,
    /// <c>600000SH</c>, and bare six digits, which mean the share or fund of that code (so <c>000001</c> is 000001.SZ; an index needs
    /// its exchange).
    /// </summary>
    /// <param name="vendorSpelling">The spelling; null and empty are refused.</param>
    /// <param name="symbol">The canonical symbol, or the default value when refused.</param>
    /// <returns>False when no known spelling matches.</returns>
    public static bool TryNormalize(string? vendorSpelling, out Symbol symbol)
    {
        symbol = default;
        string text = vendorSpelling?.Trim().ToUpperInvariant() ?? string.Empty;
        if (text.Length is 0 or > 40)
        {
            return false;
        }

        int separator = text.LastIndexOfAny(['.', '#', ':', '_']);
        return separator < 0
            ? TryJoined(text, out symbol)
            : TryPair(text[..separator], text[(separator + 1)..], out symbol)
                || TryPair(text[(separator + 1)..], text[..separator], out symbol);
    }

    /// <inheritdoc />
    public int CompareTo(Symbol other)
    {
        int byCode = string.CompareOrdinal(Code, other.Code);
        return byCode != 0 ? byCode : string.CompareOrdinal(Exchange, other.Exchange);
    }

    /// <summary>Returns the canonical text, empty for the default value.</summary>
    public override string ToString() => _code is null ? string.Empty : _code + "." + _exchange;

    private static bool TryPair(string code, string exchangeSpelling, out Symbol symbol)
    {
        symbol = default;
        string? exchange = ExchangeSpellings.Canonical(exchangeSpelling);
        if (exchange is null || !IsCode(code, exchange))
        {
            return false;
        }

        symbol = new Symbol(code, exchange);
        return true;
    }

    private static bool TryJoined(string text, out Symbol symbol)
    {
        symbol = default;
        if (IsSixDigits(text))
        {
            return ExchangeSpellings.OfBareCode(text) is { } exchange && TryPair(text, exchange, out symbol);
        }

        return text.Length > 6
            && ((IsSixDigits(text[^6..]) && TryPair(text[^6..], text[..^6], out symbol) && symbol.IsMainlandChina)
                || (IsSixDigits(text[..6]) && TryPair(text[..6], text[6..], out symbol) && symbol.IsMainlandChina));
    }

    private static bool IsCode(string code, string exchange) => exchange is "SH" or "SZ" or "BJ"
        ? IsSixDigits(code)
        : code.Length is > 0 and <= 24 && code.All(c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c) || c is '-' or '.');

    private static bool IsSixDigits(string text) => text.Length == 6 && text.All(char.IsAsciiDigit);
}
