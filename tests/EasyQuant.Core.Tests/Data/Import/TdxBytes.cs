using System.Buffers.Binary;
using System.Text;

namespace EasyQuant.Core.Tests.Data.Import;

/// <summary>Binary forms, written from their descriptions and not with the code under test.</summary>
internal static class TdxBytes
{
    public static byte[] Day(CanonicalBar[] bars) => Records(bars, (record, b) =>
    {
        BinaryPrimitives.WriteInt32LittleEndian(record, (b.Start.Year * 10000) + (b.Start.Month * 100) + b.Start.Day);
        Prices(record, b);
    });

    public static byte[] Minute(CanonicalBar[] bars, bool isOld) => Records(bars, (record, b) =>
    {
        DateTime end = b.Start.AddMinutes(1);
        BinaryPrimitives.WriteUInt16LittleEndian(record, (ushort)(((end.Year - 2004) * 2048) + (end.Month * 100) + end.Day));
        BinaryPrimitives.WriteUInt16LittleEndian(record.AsSpan(2), (ushort)end.TimeOfDay.TotalMinutes);
        Prices(record, b);
        int[] prices = [b.Open, b.High, b.Low, b.Close];
        for (int c = 0; c < 4 && !isOld; c++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(record.AsSpan(4 + (c * 4)), prices[c] / 100f);
        }
    });

    public static MemoryFiles Qlib(CanonicalBar[] bars)
    {
        // Three calendar days before the first bar, and the halt as NaN.
        const float Factor = 1.5f;
        DateTime[] calendar = [.. Enumerable.Range(0, 80).Select(i => bars[0].Start.AddDays(i - 3))];
        var files = new MemoryFiles().Add("qlib/calendars/day.txt", Encoding.UTF8.GetBytes(string.Concat(calendar.Select(d => $"{d:yyyy-MM-dd}\n"))));
        Dictionary<DateTime, CanonicalBar> byDay = bars.ToDictionary(b => b.Start);
        foreach ((string field, Func<CanonicalBar, float> value) in new (string, Func<CanonicalBar, float>)[]
            {
                ("open", b => b.Open / 100f * Factor), ("high", b => b.High / 100f * Factor), ("low", b => b.Low / 100f * Factor),
                ("close", b => b.Close / 100f * Factor), ("volume", b => b.Volume / Factor), ("factor", _ => Factor),
            })
        {
            float[] values = [3, .. calendar[3..].Select(d => byDay.TryGetValue(d, out CanonicalBar? bar) ? value(bar) : float.NaN)];
            files.Add($"qlib/features/sh600000/{field}.day.bin", [.. values.SelectMany(BitConverter.GetBytes)]);
        }

        return files;
    }

    private static void Prices(byte[] record, CanonicalBar b)
    {
        int[] prices = [b.Open, b.High, b.Low, b.Close];
        for (int c = 0; c < 4; c++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(4 + (c * 4)), prices[c]);
        }

        BinaryPrimitives.WriteSingleLittleEndian(record.AsSpan(20), b.Amount);
        BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(24), b.Volume);
    }

    private static byte[] Records(CanonicalBar[] bars, Action<byte[], CanonicalBar> write) => [.. bars.SelectMany(b =>
    {
        var record = new byte[32];
        write(record, b);
        return record;
    })];
}
