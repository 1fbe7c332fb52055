namespace EasyQuant.Domain;

/// <summary>Vendors' names of exchanges. Upper case in, canonical out.</summary>
internal static class ExchangeSpellings
{
    public static string? Canonical(string spelling) => spelling switch
    {
        "SH" or "SS" or "SSE" or "XSHG" or "SHSE" => "SH",
        "SZ" or "SZSE" or "XSHE" => "SZ",
        "BJ" or "BSE" or "XBSE" or "XBEI" or "BJSE" => "BJ",
        "US" or "NYSE" or "NASDAQ" => "US",
        "HK" or "XHKG" or "SEHK" => "HK",
        "CFFEX" or "SHFE" or "DCE" or "CZCE" or "INE" or "GFEX" or "BINANCE" or "OKX" => spelling,
        _ => null,
    };

    public static string? OfBareCode(string sixDigits) => sixDigits[0] switch
    {
        '6' or '5' => "SH",
        '9' => sixDigits.StartsWith("92", StringComparison.Ordinal) ? "BJ" : "SH",
        '0' or '3' or '2' => "SZ",
        '1' => sixDigits[1] is '1' && sixDigits[2] is '0' or '1' or '3' or '8' ? "SH" : "SZ",
        '4' or '8' => "BJ",
        _ => null,
    };
}
