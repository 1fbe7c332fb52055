using System.Buffers.Binary;

namespace EasyQuant.Data;

internal sealed class ParquetReader(ReadOnlyMemory<byte> file)
{
    public Table Read()
    {
        ReadOnlySpan<byte> bytes = file.Span;
        if (bytes.Length < 12 || !bytes.StartsWith(ParquetFile.Magic) || !bytes.EndsWith(ParquetFile.Magic))
        {
            throw Wrong(bytes.EndsWith("PARE"u8) ? "its footer is encrypted" : "it does not start and end with PAR1; it is cut off or something else");
        }

        int length = BinaryPrimitives.ReadInt32LittleEndian(bytes[^8..]);
        if (length <= 0 || length > bytes.Length - 12)
        {
            throw Wrong("the length of its footer is wrong");
        }

        int at = 0;
        ThriftValue footer = ThriftValue.Struct(file.Slice(file.Length - 8 - length, length), ref at);
        List<ThriftValue> elements = footer[2].Items;
        var columns = new ParquetColumn[Math.Max(0, elements.Count - 1)];
        for (int i = 0; i < columns.Length; i++)
        {
            columns[i] = ParquetColumn.Of(elements[i + 1]);
        }

        foreach (ThriftValue group in footer.Has(4) ? footer[4].Items : [])
        {
            List<ThriftValue> chunks = group[1].Items;
            if (chunks.Count != columns.Length)
            {
                throw Wrong($"a row group has {chunks.Count} columns, the schema {columns.Length}");
            }

            for (int i = 0; i < columns.Length; i++)
            {
                new ParquetChunk(file, columns[i], chunks[i][3]).Read(group.Number(3));
            }
        }

        return new Table([.. columns.Select(c => c.Build())]);
    }

    internal static ImportException Wrong(string what) => new("IMPORT_FORMAT", $"The Parquet file cannot be read: {what}.");
}
