namespace EasyQuant.Data;

/// <summary>Growing columns of bars as a parser finds them; sorts them into the canonical table.</summary>
internal sealed class BarRows
{
    private readonly SymbolSet _symbols;
    private int _capacity = 1024;
    private int[] _symbolIds = new int[1024];
    private int[] _days = new int[1024];
    private long[]? _times;
    private readonly BarScales _scales;
    private readonly long[]?[] _numbers = new long[]?[ColumnCount];
    private readonly bool[]?[] _isMissing = new bool[]?[ColumnCount];

    public const int OpenColumn = 0;
    public const int HighColumn = 1;
    public const int LowColumn = 2;
    public const int CloseColumn = 3;
    public const int VolumeColumn = 4;
    public const int AmountColumn = 5;
    public const int PreCloseColumn = 6;
    public const int OpenInterestColumn = 7;
    public const int FactorColumn = 8;
    public const int FactorScale = 8;
    private const int ColumnCount = 9;

    public BarRows(SymbolSet symbols)
        : this(symbols, BarScales.Shares, hasTime: false)
    {
    }

    /// <summary>Rows with the given scales; with <paramref name="hasTime"/> every row gets a start within the day.</summary>
    public BarRows(SymbolSet symbols, BarScales scales, bool hasTime)
    {
        _symbols = symbols;
        _scales = scales;
        _times = hasTime ? new long[1024] : null;
        for (int column = OpenColumn; column <= AmountColumn; column++)
        {
            _numbers[column] = new long[1024];
        }
    }

    public int Count { get; private set; }

    /// <summary>Adds a row whose numbers are all missing and returns its index.</summary>
    public int Add(int symbolId, int day)
    {
        if (Count == _capacity)
        {
            Grow();
        }

        _symbolIds[Count] = symbolId;
        _days[Count] = day;
        return Count++;
    }

    public void Set(int column, int row, long units) => (_numbers[column] ?? NewColumn(column))[row] = units;

    public long Get(int column, int row) => _numbers[column] is { } values ? values[row] : 0;

    public bool IsMissing(int column, int row) => _numbers[column] is null || _isMissing[column] is { } flags && flags[row];

    public int DayOf(int row) => _days[row];

    public void SetDay(int row, int day) => _days[row] = day;

    public int SymbolOf(int row) => _symbolIds[row];

    public long TimeOf(int row) => _times![row];

    /// <summary>Puts the start of a bar, microseconds UTC.</summary>
    public void SetTime(int row, long micros) => _times![row] = micros;

    public void SetMissing(int column, int row)
    {
        _ = _numbers[column] ?? NewColumn(column);
        bool[] flags = _isMissing[column] ??= new bool[_capacity];
        flags[row] = true;
    }

    public void SetPresent(int column, int row)
    {
        if (_isMissing[column] is { } flags)
        {
            flags[row] = false;
        }
    }

    /// <summary>Takes back the last row.</summary>
    public void RemoveLast()
    {
        Count--;
        foreach (bool[]? flags in _isMissing)
        {
            if (flags is not null)
            {
                flags[Count] = false;
            }
        }
    }

    /// <summary>Makes the canonical table, sorted by (symbol, day or start), rows of one symbol and time in the order of addition; optional columns that were set.</summary>
    public Table ToTable(out long duplicateCount)
    {
        int[] ranks = _symbols.Ranks();
        int[]? order = _times is null ? Order(ranks, out duplicateCount) : OrderByTime(ranks, out duplicateCount);
        var columns = new List<Column>
        {
            SymbolColumn(order),
            DateColumn.Create(BarTable.TradingDate, Gather(_days, order)),
            Price(BarTable.Open, OpenColumn, order),
            Price(BarTable.High, HighColumn, order),
            Price(BarTable.Low, LowColumn, order),
            Price(BarTable.Close, CloseColumn, order),
            _scales.Quantity == 0
                ? Int64Column.Create(BarTable.Volume, Gather(_numbers[VolumeColumn]!, order), Present(VolumeColumn, order))
                : Decimal(BarTable.Volume, VolumeColumn, _scales.Quantity, order),
            Decimal(BarTable.Amount, AmountColumn, _scales.Money, order),
        };
        if (_times is not null)
        {
            columns.Insert(2, TimestampColumn.Create(BarTable.StartTime, Gather(_times, order)));
        }

        if (_numbers[PreCloseColumn] is not null)
        {
            columns.Add(Price(BarTable.PreClose, PreCloseColumn, order));
        }

        if (_numbers[OpenInterestColumn] is { } interest)
        {
            columns.Add(Int64Column.Create(BarTable.OpenInterest, Gather(interest, order), Present(OpenInterestColumn, order)));
        }

        if (_numbers[FactorColumn] is not null)
        {
            columns.Add(Decimal(BarTable.AdjustmentFactor, FactorColumn, FactorScale, order));
        }

        return new Table(columns);
    }

    private long[] NewColumn(int column)
    {
        long[] values = new long[_capacity];
        _numbers[column] = values;
        if (Count > 1)
        {
            // Rows before the first that has a value.
            bool[] flags = _isMissing[column] ??= new bool[_capacity];
            flags.AsSpan(0, Count - 1).Fill(true);
        }

        return values;
    }

    private DecimalColumn Price(string name, int column, int[]? order) => Decimal(name, column, _scales.Price, order);

    private DecimalColumn Decimal(string name, int column, int scale, int[]? order) =>
        DecimalColumn.Create(name, scale, Gather(_numbers[column]!, order), Present(column, order));

    private StringColumn SymbolColumn(int[]? order)
    {
        var offsets = new int[Count + 1];
        long total = 0;
        for (int i = 0; i < Count; i++)
        {
            total += _symbols.Utf8(_symbolIds[order is null ? i : order[i]]).Length;
            offsets[i + 1] = checked((int)total);
        }

        var bytes = new byte[total];
        for (int i = 0; i < Count; i++)
        {
            _symbols.Utf8(_symbolIds[order is null ? i : order[i]]).CopyTo(bytes.AsSpan(offsets[i]));
        }

        return StringColumn.Create(BarTable.Symbol, offsets, bytes);
    }

    private Validity? Present(int column, int[]? order)
    {
        if (_isMissing[column] is not { } missing)
        {
            return null;
        }

        var present = new bool[Count];
        for (int i = 0; i < Count; i++)
        {
            present[i] = !missing[order is null ? i : order[i]];
        }

        return Validity.FromFlags(present);
    }

    private ReadOnlyMemory<T> Gather<T>(T[] values, int[]? order)
    {
        if (order is null)
        {
            return values.AsMemory(0, Count);
        }

        var sorted = new T[Count];
        for (int i = 0; i < sorted.Length; i++)
        {
            sorted[i] = values[order[i]];
        }

        return sorted;
    }

    /// <summary>Row order, or null when the rows are in order already.</summary>
    private int[]? Order(int[] ranks, out long duplicateCount)
    {
        duplicateCount = 0;
        var keys = new long[Count];
        bool isOrdered = true;
        for (int i = 0; i < Count; i++)
        {
            keys[i] = ((long)ranks[_symbolIds[i]] << 32) | (uint)(_days[i] - int.MinValue);
            isOrdered &= i == 0 || keys[i - 1] <= keys[i];
        }

        int[]? order = null;
        if (!isOrdered)
        {
            order = new int[Count];
            for (int i = 0; i < order.Length; i++)
            {
                order[i] = i;
            }

            Array.Sort(keys, order);
        }

        // The sort is not stable: runs of equal keys get their input order back.
        for (int i = 1, runStart = 0; i <= keys.Length; i++)
        {
            if (i == keys.Length || keys[i] != keys[runStart])
            {
                if (i - runStart > 1)
                {
                    duplicateCount += i - runStart - 1;
                    order?.AsSpan(runStart, i - runStart).Sort();
                }

                runStart = i;
            }
        }

        return order;
    }

    private int[]? OrderByTime(int[] ranks, out long duplicateCount)
    {
        var keys = new (int Rank, long Time, int Row)[Count];
        bool isOrdered = true;
        for (int i = 0; i < keys.Length; i++)
        {
            keys[i] = (ranks[_symbolIds[i]], _times![i], i);
            isOrdered &= i == 0 || keys[i - 1].CompareTo(keys[i]) <= 0;
        }

        if (!isOrdered)
        {
            Array.Sort(keys);
        }

        duplicateCount = 0;
        for (int i = 1; i < keys.Length; i++)
        {
            duplicateCount += keys[i].Rank == keys[i - 1].Rank && keys[i].Time == keys[i - 1].Time ? 1 : 0;
        }

        return isOrdered ? null : Array.ConvertAll(keys, k => k.Row);
    }

    private void Grow()
    {
        int larger = (int)Math.Min(_capacity * 2L, Array.MaxLength);
        Array.Resize(ref _symbolIds, larger);
        Array.Resize(ref _days, larger);
        if (_times is not null)
        {
            Array.Resize(ref _times, larger);
        }

        for (int c = 0; c < ColumnCount; c++)
        {
            if (_numbers[c] is not null)
            {
                Array.Resize(ref _numbers[c], larger);
            }

            if (_isMissing[c] is not null)
            {
                Array.Resize(ref _isMissing[c], larger);
            }
        }

        _capacity = larger;
    }
}
