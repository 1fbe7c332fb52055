using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace EasyQuant.Data;

/// <summary>
/// The layout of <c>&lt;field&gt;.col</c>: 64 bytes of header (magic, i32 version, i32 bytes of an element, i32 stride, zeros), then one row an
/// instrument, <c>stride</c> elements apart; what lies behind a row's length is room for later bars and means nothing. Little endian. The number of
/// rows follows from the manifest: a file that grew for a later version serves the earlier ones too.
/// </summary>
public static class PanelColumnFile
{
    /// <summary>Bytes before the first row.</summary>
    public const int HeaderLength = 64;

    /// <summary>Largest number of elements of a column, rows × stride.</summary>
    public const int ElementsMax = int.MaxValue - HeaderLength;

    private static ReadOnlySpan<byte> Magic => "EQPCOL\x1A\x00"u8;

    /// <summary>Name of a column's file.</summary>
    public static string NameOf(string field) => field + ".col";

    /// <summary>Bytes of an element of a column: 4 for <see cref="PanelFields.Slot"/>, else 8.</summary>
    public static int ElementLength(string field) => field == PanelFields.Slot ? sizeof(int) : sizeof(long);

    /// <summary>Bytes of a file with that many rows.</summary>
    public static long FileLength(string field, int rowCount, int stride) => HeaderLength + ((long)rowCount * stride * ElementLength(field));

    /// <summary>Position of an element in the file.</summary>
    public static long PositionOf(string field, int row, int stride, int index) =>
        HeaderLength + ((((long)row * stride) + index) * ElementLength(field));

    /// <summary>Writes the header at the start of a stream.</summary>
    public static void WriteHeader(Stream stream, string field, int stride)
    {
        ArgumentNullException.ThrowIfNull(stream);
        Span<byte> header = stackalloc byte[HeaderLength];
        header.Clear();
        Magic.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header[8..], PanelManifest.FormatVersion);
        BinaryPrimitives.WriteInt32LittleEndian(header[12..], ElementLength(field));
        BinaryPrimitives.WriteInt32LittleEndian(header[16..], stride);
        stream.Write(header);
    }

    /// <summary>Checks a header against the manifest.</summary>
    /// <param name="header">The first 64 bytes.</param>
    /// <param name="field">Column.</param>
    /// <param name="manifest">What the directory says.</param>
    /// <param name="fileLength">Bytes of the whole file.</param>
    /// <exception cref="PanelException"><c>PANEL_DAMAGED</c> or <c>PANEL_VERSION</c>.</exception>
    public static void CheckHeader(ReadOnlySpan<byte> header, string field, PanelManifest manifest, long fileLength)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        if (header.Length < HeaderLength || !header.StartsWith(Magic))
        {
            throw new PanelException("PANEL_DAMAGED", $"{NameOf(field)} is no panel column.");
        }

        int version = BinaryPrimitives.ReadInt32LittleEndian(header[8..]);
        if (version > PanelManifest.FormatVersion)
        {
            throw new PanelException("PANEL_VERSION", $"{NameOf(field)} has format {version}; this program reads up to {PanelManifest.FormatVersion}. Use a newer program.");
        }

        int element = BinaryPrimitives.ReadInt32LittleEndian(header[12..]);
        int stride = BinaryPrimitives.ReadInt32LittleEndian(header[16..]);
        if (element != ElementLength(field) || stride != manifest.Stride || fileLength < FileLength(field, manifest.InstrumentCount, stride))
        {
            throw new PanelException(
                "PANEL_DAMAGED",
                $"{NameOf(field)} has {fileLength} bytes, elements of {element} and a stride of {stride}; the manifest wants {manifest.InstrumentCount} rows with a stride of {manifest.Stride}.");
        }
    }

    /// <summary>Continues a row's checksum over more bars; 0 is the checksum of none.</summary>
    internal static uint Checksum<T>(uint before, ReadOnlySpan<T> values)
        where T : unmanaged =>
        Crc32C.Finish(Crc32C.Append(~before, MemoryMarshal.AsBytes(values)));
}
