namespace EasyQuant.Data;

/// <summary>The vendors whose files are understood.</summary>
public static class ImportProfiles
{
    private static readonly string[] s_binance =
        ["open_time", "open", "high", "low", "close", "volume", "close_time", "quote_volume", "count", "taker_buy_volume", "taker_buy_quote_volume", "ignore"];

    private static readonly string[] s_lean = ["time", "open", "high", "low", "close", "volume"];

    /// <summary>All profiles, in the order of the format table.</summary>
    public static IReadOnlyList<ImportProfile> All { get; } =
    [
        new() { Name = "generic", TitleEn = "Any CSV: shares and currency units", TitleZh = "通用 CSV：股与元" },
        new() { Name = "tushare", TitleEn = "Tushare daily and index_daily", TitleZh = "Tushare 日线与指数", VolumeMultiplier = 100, AmountMultiplier = 1000 },
        new() { Name = "akshare", TitleEn = "AKShare stock_zh_a_hist", TitleZh = "AKShare A 股历史", VolumeMultiplier = 100 },
        new() { Name = "akshare_minute", TitleEn = "AKShare minutes", TitleZh = "AKShare 分钟", VolumeMultiplier = 100, StampsEnd = true },
        new() { Name = "akshare_sina", TitleEn = "AKShare Sina daily", TitleZh = "AKShare 新浪日线" },
        new() { Name = "akshare_futures", TitleEn = "AKShare futures", TitleZh = "AKShare 期货" },
        new() { Name = "baostock", TitleEn = "Baostock days", TitleZh = "Baostock 日线" },
        new() { Name = "baostock_minute", TitleEn = "Baostock minutes", TitleZh = "Baostock 分钟", StampsEnd = true },
        new() { Name = "joinquant", TitleEn = "JoinQuant", TitleZh = "聚宽", StampsEnd = true },
        new() { Name = "vnpy", TitleEn = "vnpy export", TitleZh = "vnpy 导出" },
        new() { Name = "tdx_day", TitleEn = "TDX .day", TitleZh = "通达信 .day", Kind = ImportKind.TdxDay },
        new() { Name = "tdx_minute", TitleEn = "TDX .lc1, .lc5", TitleZh = "通达信 .lc1、.lc5", Kind = ImportKind.TdxMinute, StampsEnd = true },
        new() { Name = "tdx_old_minute", TitleEn = "TDX .1, .5 (old)", TitleZh = "通达信 .1、.5（旧）", Kind = ImportKind.TdxOldMinute, StampsEnd = true },
        new() { Name = "tdx_text", TitleEn = "TDX text export", TitleZh = "通达信文本导出", StampsEnd = true },
        new() { Name = "qlib_csv", TitleEn = "qlib CSV", TitleZh = "qlib CSV", IsFactored = true },
        new() { Name = "qlib_bin", TitleEn = "qlib .bin", TitleZh = "qlib .bin", Kind = ImportKind.QlibBin },
        new() { Name = "yfinance", TitleEn = "yfinance", TitleZh = "yfinance", ZoneId = "America/New_York", DefaultExchange = "US" },
        new()
        {
            Name = "binance", TitleEn = "Binance klines", TitleZh = "币安 K 线", PriceScale = 8, QuantityScale = 8, ZoneId = "UTC", DefaultExchange = "BINANCE", HeaderIfNone = s_binance,
        },
        new()
        {
            Name = "freqtrade", TitleEn = "freqtrade JSON", TitleZh = "freqtrade JSON", Kind = ImportKind.FreqtradeJson, PriceScale = 8, QuantityScale = 8, ZoneId = "UTC", DefaultExchange = "BINANCE",
        },
        new()
        {
            Name = "lean", TitleEn = "LEAN zip", TitleZh = "LEAN zip", Kind = ImportKind.LeanZip, PriceDivisor = 10_000, ZoneId = "America/New_York", DefaultExchange = "US", HeaderIfNone = s_lean,
        },
        new() { Name = "backtrader", TitleEn = "backtrader", TitleZh = "backtrader", ZoneId = "America/New_York", DefaultExchange = "US" },
        new() { Name = "backtesting", TitleEn = "backtesting.py", TitleZh = "backtesting.py", ZoneId = "America/New_York", DefaultExchange = "US" },
        new() { Name = "us_excel", TitleEn = "Stooq, US Excel (1/2/1990)", TitleZh = "Stooq、美式 Excel（1/2/1990）", ZoneId = "America/New_York", DefaultExchange = "US" },
        new() { Name = "arrow", TitleEn = "Arrow, Feather", TitleZh = "Arrow、Feather", Kind = ImportKind.Arrow },
        new() { Name = "parquet", TitleEn = "Parquet", TitleZh = "Parquet", Kind = ImportKind.Parquet },
    ];

    /// <summary>The profile of that name, or null.</summary>
    public static ImportProfile? Find(string name) => All.FirstOrDefault(p => p.Name == name);

    internal static ImportProfile Get(string name) => Find(name)!;
}
