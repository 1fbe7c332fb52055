using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace EasyQuant.Data;

/// <summary>
/// The slots of a panel, ascending: one a trading day, or one a bar start within the days. A slot in which an instrument has no bar is missing for it.
/// Immutable, thread-safe.
/// </summary>
public sealed class PanelCalendar
{
    private const int HeaderLength = 64;
    private readonly int[] _days;
    private readonly long[] _starts;

    private PanelCalendar(int[] days, long[] starts)
    {
        _days = days;
        _starts = starts;
    }

    /// <summary>Number of slots.</summary>
    public int Count => _days.Length;

    /// <summary>Whether slots are trading days.</summary>
    public bool IsDaily => _starts.Length == 0 && _days.Length > 0;

    /// <summary>Trading date of each slot, days since 1970-01-01; strictly ascending for days, not descending within them.</summary>
    public ReadOnlySpan<int> Days => _days;

    /// <summary>Start of each slot, microseconds since 1970-01-01T00:00Z, strictly ascending; empty for a panel of days.</summary>
    public ReadOnlySpan<long> Starts => _starts;

    /// <summary><see cref="Starts"/> as memory, not copied.</summary>
    public ReadOnlyMemory<long> StartMemory => _starts;

    /// <summary>Makes a calendar of trading days.</summary>
    /// <exception cref="PanelException"><c>PANEL_INPUT</c>: the days do not ascend strictly.</exception>
    public static PanelCalendar OfDays(ReadOnlySpan<int> days) => Checked(days.ToArray(), [], "PANEL_INPUT");

    /// <summary>Makes a calendar of bar starts.</summary>
    /// <param name="days">Trading date of each start.</param>
    /// <param name="starts">Microseconds UTC, strictly ascending.</param>
    /// <exception cref="PanelException"><c>PANEL_INPUT</c>: starts do not ascend strictly, days descend, or the lengths differ.</exception>
    public static PanelCalendar OfStarts(ReadOnlySpan<int> days, ReadOnlySpan<long> starts) =>
        Checked(days.ToArray(), starts.ToArray(), "PANEL_INPUT");

    /// <summary>First slot whose trading date is not before the day; <see cref="Count"/> when there is none.</summary>
    public int FirstSlotFrom(int epochDay)
    {
        int low = 0;
        int high = _days.Length;
        while (low < high)
        {
            int middle = (low + high) >> 1;
            if (_days[middle] < epochDay)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    /// <summary>Bytes of <c>calendar.bin</c>: 64 bytes of header (magic, i32 version, i32 count, i32 has starts), i32 days, then i64 starts at a multiple of 64.</summary>
    internal byte[] ToBytes()
    {
        int startsAt = Align(HeaderLength + (_days.Length * sizeof(int)));
        var bytes = new byte[startsAt + (_starts.Length * sizeof(long))];
        "EQPCAL\x1A\x00"u8.CopyTo(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), PanelManifest.FormatVersion);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12), _days.Length);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(16), _starts.Length > 0 ? 1 : 0);
        MemoryMarshal.AsBytes(_days.AsSpan()).CopyTo(bytes.AsSpan(HeaderLength));
        MemoryMarshal.AsBytes(_starts.AsSpan()).CopyTo(bytes.AsSpan(startsAt));
        return bytes;
    }

    internal static PanelCalendar FromBytes(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderLength || !bytes.StartsWith("EQPCAL\x1A\x00"u8))
        {
            throw Damaged("calendar.bin is no panel calendar");
        }

        int count = BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]);
        bool hasStarts = bytes[16] == 1;
        long startsAt = Align(HeaderLength + ((long)count * sizeof(int)));
        if (count < 0 || bytes.Length != startsAt + (hasStarts ? (long)count * sizeof(long) : 0))
        {
            throw Damaged($"calendar.bin has {bytes.Length} bytes, which do not fit {count} slots");
        }

        int[] days = MemoryMarshal.Cast<byte, int>(bytes.Slice(HeaderLength, count * sizeof(int))).ToArray();
        long[] starts = hasStarts ? MemoryMarshal.Cast<byte, long>(bytes[(int)startsAt..]).ToArray() : [];
        return Checked(days, starts, "PANEL_DAMAGED");
    }

    private static PanelCalendar Checked(int[] days, long[] starts, string reason)
    {
        if (starts.Length != 0 && starts.Length != days.Length)
        {
            throw new PanelException(reason, $"A calendar has {days.Length} days but {starts.Length} starts.");
        }

        for (int i = 1; i < days.Length; i++)
        {
            bool ascends = starts.Length == 0 ? days[i] > days[i - 1] : days[i] >= days[i - 1] && starts[i] > starts[i - 1];
            if (!ascends)
            {
                throw new PanelException(reason, $"Slot {i} of the calendar ({EpochDays.ToDate(days[i]):O}) does not follow the one before.");
            }
        }

        return new PanelCalendar(days, starts);
    }

    private static PanelException Damaged(string what) => new("PANEL_DAMAGED", what + ".");

    private static int Align(int length) => (length + 63) & ~63;

    private static long Align(long length) => (length + 63) & ~63L;
}
