using EasyQuant.Data;

namespace EasyQuant.Messaging.Chunks;

/// <summary>Cuts tables into pieces that fit into one chunk. The same table gives the same pieces, so their sequences are the same after a restart.</summary>
public static class ChunkSplitter
{
    /// <summary>Pieces of one input chunk that <see cref="PieceSequence"/> has room for: 65,536.</summary>
    public const int PiecesMax = 65_536;

    /// <summary>Cuts a table, without copying its values. A table without rows is one piece.</summary>
    /// <param name="table">The table.</param>
    /// <param name="limits">Rows that one piece may have, and estimated bytes (<see cref="Table.EstimatedBytes"/>); text encodings take more bytes than that, leave them room.</param>
    /// <returns>The pieces in order; together they are the table.</returns>
    /// <exception cref="ChunkException"><see cref="ChunkException.TooLarge"/>: one row alone has more bytes than a piece may have; the message names it.</exception>
    public static IEnumerable<Table> Split(Table table, ChunkLimits limits)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(limits);
        if (table.RowCount == 0)
        {
            yield return table;
            yield break;
        }

        int row = 0;
        while (row < table.RowCount)
        {
            int count = Fitting(table, row, limits);
            yield return row == 0 && count == table.RowCount ? table : table.Slice(row, count);
            row += count;
        }
    }

    /// <summary>Sequence of a piece that a transform makes of an input chunk: the same after a restart, and in the order of the input.</summary>
    /// <param name="inputSequence">Sequence of the input chunk, 0 to 2^47 - 1.</param>
    /// <param name="piece">Number of the piece, 0 to <see cref="PiecesMax"/> - 1.</param>
    public static long PieceSequence(long inputSequence, int piece)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(inputSequence);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(inputSequence, (1L << 47) - 1);
        ArgumentOutOfRangeException.ThrowIfNegative(piece);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(piece, PiecesMax);
        return (inputSequence * PiecesMax) + piece;
    }

    // Bytes grow with rows, so the largest fitting count is found by halving the range.
    private static int Fitting(Table table, int row, ChunkLimits limits)
    {
        int most = Math.Min(limits.RowsMax, table.RowCount - row);
        if (Bytes(table, row, most) <= limits.BytesMax)
        {
            return most;
        }

        int fits = 0;
        int exceeds = most;
        while (exceeds - fits > 1)
        {
            int middle = fits + ((exceeds - fits) / 2);
            (fits, exceeds) = Bytes(table, row, middle) <= limits.BytesMax ? (middle, exceeds) : (fits, middle);
        }

        return fits > 0
            ? fits
            : throw new ChunkException(ChunkException.TooLarge, $"Row {row} has {Bytes(table, row, 1)} bytes, a chunk at most {limits.BytesMax}.");
    }

    private static long Bytes(Table table, int row, int count) => table.Slice(row, count).EstimatedBytes;
}
