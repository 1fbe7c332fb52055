namespace EasyQuant.Data;

/// <summary>Growing columns of bars as a parser finds them; sorts them into the canonical table.</summary>
internal sealed class BarRows
{
    private readonly SymbolSet _symbols;
    private int _capacity = 1024;
    private int[] _symbolIds = new int[1024];
    private int[] _days = new int[1024];
    private readonly long[][] _numbers = [.. Enumerable.Range(0, ColumnCount).Select(_ => new long[1024])];
    private readonly bool[]?[] _isMissing = new bool[]?[ColumnCount];

    public const int OpenColumn = 0;
    public const int HighColumn = 1;
    public const int LowColumn = 2;
    public const int CloseColumn = 3;
    public const int VolumeColumn = 4;
    public const int AmountColumn = 5;
    public const int PreCloseColumn = 6;
    private const int ColumnCount = 7;

    public BarRows(SymbolSet symbols) => _symbols = symbols;

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

    public void Set(int column, int row, long units) => _numbers[column][row] = units;

    public void SetMissing(int column, int row)
    {
        bool[] flags = _isMissing[column] ??= new bool[_capacity];
        flags[row] = true;
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

    /// <summary>Makes the canonical table, sorted by (symbol, day), rows of one symbol and day in the order of addition.</summary>
    public Table ToTable(bool withPreClose, out long duplicateCount)
    {
        int[] ranks = _symbols.Ranks();
        int[]? order = Order(ranks, out duplicateCount);
        var columns = new List<Column>
        {
            SymbolColumn(order),
            DateColumn.Create(BarTable.TradingDate, Gather(_days, order)),
            Price(BarTable.Open, OpenColumn, order),
            Price(BarTable.High, HighColumn, order),
            Price(BarTable.Low, LowColumn, order),
            Price(BarTable.Close, CloseColumn, order),
            Int64Column.Create(BarTable.Volume, Gather(_numbers[VolumeColumn], order), Present(VolumeColumn, order)),
            Price(BarTable.Amount, AmountColumn, order),
        };
        if (withPreClose)
        {
            columns.Add(Price(BarTable.PreClose, PreCloseColumn, order));
        }

        return new Table(columns);
    }

    private DecimalColumn Price(string name, int column, int[]? order) =>
        DecimalColumn.Create(name, BarTable.Scale, Gather(_numbers[column], order), Present(column, order));

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

    private void Grow()
    {
        int larger = (int)Math.Min(_capacity * 2L, Array.MaxLength);
        Array.Resize(ref _symbolIds, larger);
        Array.Resize(ref _days, larger);
        for (int c = 0; c < ColumnCount; c++)
        {
            Array.Resize(ref _numbers[c], larger);
            if (_isMissing[c] is not null)
            {
                Array.Resize(ref _isMissing[c], larger);
            }
        }

        _capacity = larger;
    }
}
