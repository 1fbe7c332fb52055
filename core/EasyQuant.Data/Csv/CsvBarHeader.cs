using System.Text;

namespace EasyQuant.Data;

/// <summary>Finds the columns of daily bars in a header line of any vendor.</summary>
internal sealed class CsvBarHeader
{
    // Most wanted spelling first. Compared without case, spaces, underscores and bracketed units.
    private static readonly (string Column, string[] Names)[] s_aliases =
    [
        (BarTable.TradingDate, ["tradingdate", "tradedate", "date", "日期", "交易日期", "交易日", "datetime", "time", "timestamp", "day", "时间"]),
        (BarTable.Symbol, ["symbol", "tscode", "code", "ticker", "stockcode", "stock", "instrument", "股票代码", "证券代码", "代码", "合约代码", "品种代码"]),
        (Exchange, ["exchange", "交易所", "市场"]),
        (BarTable.Open, ["open", "openprice", "开盘", "开盘价", "今开", "今开盘"]),
        (BarTable.High, ["high", "highprice", "最高", "最高价"]),
        (BarTable.Low, ["low", "lowprice", "最低", "最低价"]),
        (BarTable.Close, ["close", "closeprice", "收盘", "收盘价"]),
        (BarTable.Volume, ["volume", "vol", "成交量", "成交股数"]),
        (BarTable.Amount, ["amount", "money", "成交额", "成交金额", "turnover"]),
        (BarTable.PreClose, ["preclose", "prevclose", "previousclose", "昨收", "昨收盘", "前收", "前收盘", "前收盘价"]),
    ];

    private const string Exchange = "exchange";

    private readonly int[] _positions;

    private CsvBarHeader(int[] positions, string[] names)
    {
        _positions = positions;
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

    private static int Find(string[] keys, (string Column, string[] Names) alias, long line)
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

    private static string Key(string name)
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
