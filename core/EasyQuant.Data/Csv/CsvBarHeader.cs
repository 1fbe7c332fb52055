using System.Text;

namespace EasyQuant.Data;

/// <summary>Finds the columns of daily bars in a header line of any vendor.</summary>
internal sealed class CsvBarHeader
{
    // Most wanted spelling first. Compared without case, spaces, underscores and bracketed units.
    private static readonly (string Column, string[] Names)[] s_aliases =
    [
        (BarTable.TradingDate, ["tradingdate", "tradedate", "date", "日期", "交易日期", "交易日", "datetime", "time", "timestamp", "day", "opentime", "时间", "日期时间"]),
        (BarTable.Symbol, ["symbol", "tscode", "code", "ticker", "stockcode", "stock", "instrument", "股票代码", "证券代码", "代码", "合约代码", "品种代码"]),
        (Exchange, ["exchange", "交易所", "市场"]),
        (BarTable.Open, ["open", "openprice", "开盘", "开盘价", "今开", "今开盘"]),
        (BarTable.High, ["high", "highprice", "最高", "最高价"]),
        (BarTable.Low, ["low", "lowprice", "最低", "最低价"]),
        (BarTable.Close, ["close", "closeprice", "收盘", "收盘价"]),
        (BarTable.Volume, ["volume", "vol", "成交量", "成交股数"]),
        (BarTable.Amount, ["amount", "money", "成交额", "成交金额", "turnover", "quotevolume", "quoteassetvolume"]),
        (BarTable.PreClose, ["preclose", "prevclose", "previousclose", "昨收", "昨收盘", "前收", "前收盘", "前收盘价"]),
        (BarTable.OpenInterest, ["openinterest", "hold", "oi", "持仓量", "position"]),
        (BarTable.AdjustmentFactor, ["adjfactor", "factor", "复权因子"]),
        (Time, ["time", "时间", "bartime"]),
        (TradeStatus, ["tradestatus", "交易状态"]),
        (Paused, ["paused", "停牌"]),
        (AdjustFlag, ["adjustflag"]),
    ];

    private const string Exchange = "exchange";
    private const string Time = "time";
    private const string TradeStatus = "tradestatus";
    private const string Paused = "paused";
    private const string AdjustFlag = "adjustflag";

    private readonly int[] _positions;

    private readonly string[] _names;

    private CsvBarHeader(int[] positions, string[] names)
    {
        _positions = positions;
        _names = names;
        FieldCount = names.Length;
        FirstName = names[0];
    }

    public int FieldCount { get; }

    public string FirstName { get; }

    public int Date => _positions[0];

    public int Symbol => _positions[1];

    public int ExchangeColumn => _positions[2];

    public int Open => _positions[3];

    public int High => _positions[4];

    public int Low => _positions[5];

    public int Close => _positions[6];

    public int Volume => _positions[7];

    public int Amount => _positions[8];

    public int PreClose => _positions[9];

    public int OpenInterest => _positions[10];

    public int Factor => _positions[11];

    /// <summary>The time of day beside the date; -1 when the date column has it all.</summary>
    public int TimeColumn => _positions[12] == _positions[0] ? -1 : _positions[12];

    public int TradeStatusColumn => _positions[13];

    public int PausedColumn => _positions[14];

    public int AdjustFlagColumn => _positions[15];

    /// <summary>Which column became which.</summary>
    public IReadOnlyList<ColumnMapping> Mapping(long volumeMultiplier, long amountMultiplier) =>
        [.. Enumerable.Range(0, s_aliases.Length)
            .Where(a => _positions[a] >= 0 && !(a == 12 && TimeColumn < 0))
            .Select(a => new ColumnMapping(
                s_aliases[a].Column,
                _names[_positions[a]],
                _positions[a] + 1,
                s_aliases[a].Column switch { BarTable.Volume => volumeMultiplier, BarTable.Amount => amountMultiplier, _ => 1 }))];

    /// <summary>The names for a message, at most 20 and 200 characters.</summary>
    public string Names()
    {
        string names = string.Join(", ", _names.Take(20));
        return names.Length > 200 ? names[..200] + "..." : names;
    }

    /// <summary>Names that no column was made of.</summary>
    public IReadOnlyList<string> Unused() => [.. _names.Where((name, i) => name.Length > 0 && !_positions.Contains(i)).Take(100)];

    /// <summary>Maps the names; returns which needed columns lack, empty when the header can be used.</summary>
    public static IReadOnlyList<string> TryMap(string[] names, bool needsSymbol, long line, out CsvBarHeader header)
    {
        var positions = new int[s_aliases.Length];
        var missing = new List<string>();
        string[] keys = Array.ConvertAll(names, Key);
        for (int a = 0; a < s_aliases.Length; a++)
        {
            positions[a] = Find(keys, s_aliases[a], line);
        }

        // An unnamed first column is an index, and "Price" heads the index of yfinance's three-line header: both hold the date.
        if (positions[0] < 0 && keys[0] is "" or "price")
        {
            positions[0] = 0;
        }

        foreach (int a in needsSymbol ? (ReadOnlySpan<int>)[0, 1, 3, 4, 5, 6] : [0, 3, 4, 5, 6])
        {
            if (positions[a] < 0)
            {
                missing.Add(s_aliases[a].Column);
            }
        }

        header = new CsvBarHeader(positions, names);
        return missing;
    }

    /// <summary>Position of the first of a column's names among the keys of a header; -1 without one.</summary>
    /// <exception cref="CsvException"><c>CSV_DUPLICATE_COLUMN</c>.</exception>
    public static int Find(string[] keys, (string Column, string[] Names) alias, long line)
    {
        foreach (string name in alias.Names)
        {
            int found = Array.IndexOf(keys, name);
            if (found < 0)
            {
                continue;
            }

            int second = Array.IndexOf(keys, name, found + 1);
            if (second >= 0)
            {
                throw new CsvException(
                    CsvReasons.DuplicateColumn, line, $"columns {found + 1} and {second + 1} of the header are both `{name}`.");
            }

            return found;
        }

        return -1;
    }

    /// <summary>A name without what is not compared: case, spaces, underscores, a unit in brackets, a symbol before a point.</summary>
    public static string Key(string name)
    {
        var key = new StringBuilder(name.Length);
        foreach (char c in name)
        {
            if (c is '(' or '（' or '[')
            {
                break;
            }

            if (c is not (' ' or '_' or '\u3000' or '\t'))
            {
                key.Append(char.ToLowerInvariant(c));
            }
        }

        // "AAPL.Open" is "Open" of AAPL.
        string text = key.ToString();
        return text[(text.LastIndexOf('.') + 1)..];
    }
}
