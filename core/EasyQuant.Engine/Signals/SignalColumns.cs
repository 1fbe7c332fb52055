using EasyQuant.Indicators;

namespace EasyQuant.Engine;

/// <summary>
/// Bars and indicators of one instrument for signal strategies. Only bars that exist are elements: a day without trade is left out. Prices are
/// in units of the instrument's price scale, as doubles. Every column is computed at its first use and kept, so that strategies which differ in one
/// parameter share what they have in common. Equal to the batch form of the indicator to the bit. Made by the engine; not thread-safe.
/// </summary>
public sealed class SignalColumns
{
    /// <summary>Bytes of columns that are kept from one strategy to the next; beyond, all are computed anew.</summary>
    internal const long CacheBytesMax = 64L << 20;

    private readonly List<SignalColumn> _columns = [];
    private readonly List<SignalColumnKey> _keys = [];
    private readonly ExactSums _sums = new();
    private SignalColumn?[] _averages = [];
    private ReadOnlyMemory<long> _open;
    private ReadOnlyMemory<long> _high;
    private ReadOnlyMemory<long> _low;
    private ReadOnlyMemory<long> _close;
    private ReadOnlyMemory<long> _volume;

    internal SignalColumns()
    {
    }

    /// <summary>Number of bars.</summary>
    public int Count => _close.Length;

    /// <summary>First prices.</summary>
    public SignalColumn Open => Prices(SignalColumnKind.Open, _open);

    /// <summary>Highest prices.</summary>
    public SignalColumn High => Prices(SignalColumnKind.High, _high);

    /// <summary>Lowest prices.</summary>
    public SignalColumn Low => Prices(SignalColumnKind.Low, _low);

    /// <summary>Last prices.</summary>
    public SignalColumn Close => Prices(SignalColumnKind.Close, _close);

    /// <summary>Traded quantities.</summary>
    public SignalColumn Volume => Prices(SignalColumnKind.Volume, _volume);

    /// <summary>Returns <see cref="Indicators.Sma"/> of closes.</summary>
    /// <param name="period">At least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The period is below 1.</exception>
    public SignalColumn Sma(int period)
    {
        if ((uint)period < (uint)_averages.Length && _averages[period] is { } known)
        {
            return known;
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(period, 1);
        if (_averages.Length <= Math.Min(period, Count))
        {
            Array.Resize(ref _averages, Math.Min(period, Count) + 1);
        }

        SignalColumn column = Add(new SignalColumnKey(SignalColumnKind.Sma, period, 0, 0, 0, 0));
        if (period < _averages.Length)
        {
            _averages[period] = column;
        }

        Span<double> result = column.Prepare(Count);
        if (!_sums.TryAverage(_close.Span, period, result))
        {
            Indicators.Sma.Compute(Close.Values, period, result);
        }

        column.Seal(period - 1);
        return column;
    }

    /// <summary>Returns <see cref="Indicators.Ema"/> of closes.</summary>
    /// <param name="period">At least 1.</param>
    public SignalColumn Ema(int period) => One(SignalColumnKind.Ema, period, Indicators.Ema.Compute);

    /// <summary>Returns <see cref="Indicators.Wma"/> of closes.</summary>
    /// <param name="period">At least 1.</param>
    public SignalColumn Wma(int period) => One(SignalColumnKind.Wma, period, Indicators.Wma.Compute);

    /// <summary>Returns <see cref="Indicators.Rsi"/> of closes.</summary>
    /// <param name="period">At least 1.</param>
    public SignalColumn Rsi(int period) => One(SignalColumnKind.Rsi, period, Indicators.Rsi.Compute);

    /// <summary>Returns <see cref="Indicators.Roc"/> of closes.</summary>
    /// <param name="period">At least 1.</param>
    public SignalColumn Roc(int period) => One(SignalColumnKind.Roc, period, Indicators.Roc.Compute);

    /// <summary>Returns the population <see cref="Indicators.StandardDeviation"/> of closes.</summary>
    /// <param name="period">At least 1.</param>
    public SignalColumn StandardDeviation(int period) => One(
        SignalColumnKind.StandardDeviation, period, static (values, n, result) => Indicators.StandardDeviation.Compute(values, n, false, result));

    /// <summary>Returns <see cref="Indicators.ZScore"/> of closes.</summary>
    /// <param name="period">At least 1.</param>
    public SignalColumn ZScore(int period) => One(SignalColumnKind.ZScore, period, Indicators.ZScore.Compute);

    /// <summary>Returns <see cref="Indicators.Atr"/>.</summary>
    /// <param name="period">At least 1.</param>
    public SignalColumn Atr(int period)
    {
        if (TryGet(new SignalColumnKey(SignalColumnKind.Atr, period, 0, 0, 0, 0), out SignalColumn column))
        {
            return column;
        }

        Indicators.Atr.Compute(High.Values, Low.Values, Close.Values, period, column.Prepare(Count));
        column.Seal();
        return column;
    }

    /// <summary>Returns <see cref="Indicators.Cci"/>.</summary>
    /// <param name="period">At least 1.</param>
    public SignalColumn Cci(int period)
    {
        if (TryGet(new SignalColumnKey(SignalColumnKind.Cci, period, 0, 0, 0, 0), out SignalColumn column))
        {
            return column;
        }

        Indicators.Cci.Compute(High.Values, Low.Values, Close.Values, period, column.Prepare(Count));
        column.Seal();
        return column;
    }

    /// <summary>Returns the line, signal and histogram of <see cref="Indicators.Macd"/> of closes.</summary>
    /// <param name="fast">At least 1, below <paramref name="slow"/>.</param>
    /// <param name="slow">Length of the slow average.</param>
    /// <param name="signal">At least 1.</param>
    public (SignalColumn Line, SignalColumn Signal, SignalColumn Histogram) Macd(int fast, int slow, int signal)
    {
        bool isKnown = TryGet(new SignalColumnKey(SignalColumnKind.MacdLine, fast, slow, signal, 0, 0), out SignalColumn line);
        TryGet(new SignalColumnKey(SignalColumnKind.MacdSignal, fast, slow, signal, 0, 0), out SignalColumn average);
        TryGet(new SignalColumnKey(SignalColumnKind.MacdHistogram, fast, slow, signal, 0, 0), out SignalColumn histogram);
        if (!isKnown)
        {
            Indicators.Macd.Compute(
                Close.Values, fast, slow, signal, line.Prepare(Count), average.Prepare(Count), histogram.Prepare(Count));
            Seal(line, average, histogram);
        }

        return (line, average, histogram);
    }

    /// <summary>Returns the bands of <see cref="Indicators.Bollinger"/> of closes.</summary>
    /// <param name="period">At least 1.</param>
    /// <param name="deviations">Half width in standard deviations, above 0.</param>
    public (SignalColumn Middle, SignalColumn Upper, SignalColumn Lower) Bollinger(int period, double deviations)
    {
        bool isKnown = TryGet(new SignalColumnKey(SignalColumnKind.BollingerMiddle, period, 0, 0, deviations, 0), out SignalColumn middle);
        TryGet(new SignalColumnKey(SignalColumnKind.BollingerUpper, period, 0, 0, deviations, 0), out SignalColumn upper);
        TryGet(new SignalColumnKey(SignalColumnKind.BollingerLower, period, 0, 0, deviations, 0), out SignalColumn lower);
        if (!isKnown)
        {
            Indicators.Bollinger.Compute(
                Close.Values, period, deviations, middle.Prepare(Count), upper.Prepare(Count), lower.Prepare(Count));
            Seal(middle, upper, lower);
        }

        return (middle, upper, lower);
    }

    /// <summary>Returns the channel of <see cref="Indicators.Donchian"/>.</summary>
    /// <param name="period">At least 1.</param>
    public (SignalColumn Upper, SignalColumn Middle, SignalColumn Lower) Donchian(int period)
    {
        bool isKnown = TryGet(new SignalColumnKey(SignalColumnKind.DonchianUpper, period, 0, 0, 0, 0), out SignalColumn upper);
        TryGet(new SignalColumnKey(SignalColumnKind.DonchianMiddle, period, 0, 0, 0, 0), out SignalColumn middle);
        TryGet(new SignalColumnKey(SignalColumnKind.DonchianLower, period, 0, 0, 0, 0), out SignalColumn lower);
        if (!isKnown)
        {
            Indicators.Donchian.Compute(High.Values, Low.Values, period, upper.Prepare(Count), middle.Prepare(Count), lower.Prepare(Count));
            Seal(upper, middle, lower);
        }

        return (upper, middle, lower);
    }

    /// <summary>Returns a column moved by some bars: element i is element i - <paramref name="bars"/> of the source, NaN before.</summary>
    /// <param name="source">A column of this object.</param>
    /// <param name="bars">At least 1.</param>
    /// <exception cref="ArgumentException">The column is not of this object, or the distance is below 1.</exception>
    public SignalColumn Lag(SignalColumn source, int bars)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bars, 1);
        int position = _columns.IndexOf(source, 0, _keys.Count);
        if (position < 0)
        {
            throw new ArgumentException("The column does not belong to these columns.", nameof(source));
        }

        if (TryGet(new SignalColumnKey(SignalColumnKind.Lag, bars, 0, 0, 0, position), out SignalColumn column))
        {
            return column;
        }

        Span<double> result = column.Prepare(Count);
        int moved = Math.Min(bars, Count);
        result[..moved].Fill(double.NaN);
        source.Values[..(Count - moved)].CopyTo(result[moved..]);
        column.Seal();
        return column;
    }

    /// <summary>Takes the bars of another instrument; all columns are new from now on.</summary>
    internal void Load(in SignalBars bars)
    {
        _open = bars.Open;
        _high = bars.High;
        _low = bars.Low;
        _close = bars.Close;
        _volume = bars.Volume;
        Forget();
    }

    /// <summary>Must be called between two strategies: drops the columns when they have become too many.</summary>
    internal void Trim()
    {
        if ((long)_keys.Count * Count * sizeof(double) > CacheBytesMax)
        {
            Forget();
        }
    }

    private static void Seal(SignalColumn first, SignalColumn second, SignalColumn third)
    {
        first.Seal();
        second.Seal();
        third.Seal();
    }

    private void Forget()
    {
        _keys.Clear();
        Array.Clear(_averages);
        _sums.Forget();
    }

    private SignalColumn One(SignalColumnKind kind, int period, IndicatorBatch compute)
    {
        if (TryGet(new SignalColumnKey(kind, period, 0, 0, 0, 0), out SignalColumn column))
        {
            return column;
        }

        compute(Close.Values, period, column.Prepare(Count));
        column.Seal();
        return column;
    }

    private SignalColumn Prices(SignalColumnKind kind, ReadOnlyMemory<long> units)
    {
        if (TryGet(new SignalColumnKey(kind, 0, 0, 0, 0, 0), out SignalColumn column))
        {
            return column;
        }

        Span<double> result = column.Prepare(Count);
        ReadOnlySpan<long> source = units.Span;
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = source[i];
        }

        column.Seal(0);
        return column;
    }

    /// <summary>True with the known column; false with a new one under this key, which the caller fills.</summary>
    private bool TryGet(in SignalColumnKey key, out SignalColumn column)
    {
        for (int i = 0; i < _keys.Count; i++)
        {
            if (_keys[i] == key)
            {
                column = _columns[i];
                return true;
            }
        }

        column = Add(key);
        return false;
    }

    private SignalColumn Add(in SignalColumnKey key)
    {
        if (_columns.Count == _keys.Count)
        {
            _columns.Add(new SignalColumn());
        }

        _keys.Add(key);
        return _columns[_keys.Count - 1];
    }
}
