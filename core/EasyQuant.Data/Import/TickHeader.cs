namespace EasyQuant.Data;

/// <summary>Positions of the columns of ticks in a header line; -1 for one that the file lacks.</summary>
internal sealed record TickHeader(int FieldCount, int Symbol, int Date, int Time, int Last, int Volume, int Bid, int Ask)
{
    // Most wanted spelling first; compared as CsvBarHeader does.
    private static readonly (string Column, string[] Names)[] s_aliases =
    [
        ("symbol", ["symbol", "tscode", "code", "ticker", "stockcode", "instrument", "股票代码", "证券代码", "代码", "合约代码"]),
        ("date", ["tradingdate", "tradedate", "date", "日期", "交易日期", "交易日"]),
        ("time", ["time", "datetime", "timestamp", "时间", "日期时间", "成交时间"]),
        ("last", ["last", "lastprice", "price", "最新价", "成交价", "成交价格", "价格", "现价"]),
        ("volume", ["volume", "vol", "lastvolume", "qty", "成交量", "现量", "成交股数"]),
        ("bid", ["bid", "bidprice", "bid1", "bidprice1", "买价", "买一价"]),
        ("ask", ["ask", "askprice", "ask1", "askprice1", "卖价", "卖一价"]),
    ];

    /// <summary>Maps the names.</summary>
    /// <exception cref="CsvException"><c>CSV_MISSING_COLUMN</c> or <c>CSV_DUPLICATE_COLUMN</c>.</exception>
    public static TickHeader Of(string[] names, long line)
    {
        string[] keys = Array.ConvertAll(names, CsvBarHeader.Key);
        int[] found = Array.ConvertAll(s_aliases, alias => CsvBarHeader.Find(keys, alias, line));
        string[] missing = [.. new[] { 2, 3, 4 }.Where(i => found[i] < 0).Select(i => s_aliases[i].Column)];
        if (missing.Length > 0)
        {
            throw new CsvException(
                CsvReasons.MissingColumn, line, $"the header of ticks lacks {string.Join(", ", missing)}; it has: {string.Join(", ", names.Take(20).Select(name => name.Length > 40 ? name[..40] : name))}.");
        }

        return new TickHeader(names.Length, found[0], found[1], found[2], found[3], found[4], found[5], found[6]);
    }
}
