using System.Text;
using EasyQuant.Data;

namespace EasyQuant.Nodes.Data;

/// <summary>Keeps the bars of some symbols and trading days. Immutable.</summary>
internal sealed class BarFilter
{
    private readonly HashSet<string> _symbols;
    private readonly int _from;
    private readonly int _to;

    private BarFilter(HashSet<string> symbols, int from, int to)
    {
        _symbols = symbols;
        _from = from;
        _to = to;
    }

    /// <summary>Gets whether every bar is kept.</summary>
    public bool IsAll => _symbols.Count == 0 && _from == int.MinValue && _to == int.MaxValue;

    /// <summary>Reads the parameters.</summary>
    /// <exception cref="Flow.NodeException"><c>PARAMETER_OUT_OF_RANGE</c> names the parameter.</exception>
    public static BarFilter Create(IReadOnlyList<string> symbols, string? from, string? to)
    {
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (string symbol in symbols)
        {
            known.Add(Domain.Symbol.TryNormalize(symbol, out Domain.Symbol canonical)
                ? canonical.ToString()
                : throw BarParameters.OutOfRange($"symbols: `{symbol}` is no known spelling of a symbol."));
        }

        DateOnly? first = BarParameters.Date("from", from);
        DateOnly? last = BarParameters.Date("to", to);
        if (first > last)
        {
            throw BarParameters.OutOfRange($"from: `{from}` is after to, `{to}`.");
        }

        return new BarFilter(known, first is { } f ? EpochDays.FromDate(f) : int.MinValue, last is { } t ? EpochDays.FromDate(t) : int.MaxValue);
    }

    /// <summary>The bars that are kept, in their order; the same table when all are.</summary>
    public Table Keep(Table bars)
    {
        StringColumn symbols = bars.GetColumn<StringColumn>(BarTable.Symbol);
        ReadOnlySpan<int> days = bars.GetColumn<DateColumn>(BarTable.TradingDate).Days;
        var rows = new List<int>();
        string? symbol = null;
        bool isKept = false;
        for (int row = 0; row < bars.RowCount; row++)
        {
            // Bars are sorted by symbol: a text is made once for each.
            if (row == 0 || !symbols.GetUtf8(row).SequenceEqual(symbols.GetUtf8(row - 1)))
            {
                symbol = Encoding.UTF8.GetString(symbols.GetUtf8(row));
                isKept = _symbols.Count == 0 || _symbols.Contains(symbol);
            }

            if (isKept && days[row] >= _from && days[row] <= _to)
            {
                rows.Add(row);
            }
        }

        return rows.Count == bars.RowCount ? bars : bars.Take(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(rows));
    }
}
