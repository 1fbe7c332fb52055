using System.Buffers.Binary;

namespace EasyQuant.Data;

/// <summary>Reads a Parquet file row group by row group, each column chunk from its own place in the file.</summary>
internal sealed class ParquetParts(Stream stream)
{
    public IEnumerable<Table> Read()
    {
        ThriftValue footer = TableParts.Guard("Parquet", Footer);
        int count = footer.Has(4) ? footer[4].Items.Count : 0;
        for (int group = 0; group < count; group++)
        {
            int number = group;
            yield return TableParts.Guard("Parquet", () => ReadGroup(footer, footer[4].Items[number]));
        }

        if (count == 0)
        {
            yield return TableParts.Guard("Parquet", () => new Table([.. Columns(footer).Select(column => column.Build())]));
        }
    }

    private ThriftValue Footer()
    {
        if (stream.Length < 12)
        {
            throw ParquetReader.Wrong("it is cut off or something else");
        }

        stream.Position = stream.Length - 8;
        byte[] end = TableParts.Bytes(stream, 8, ParquetReader.Wrong);
        int length = BinaryPrimitives.ReadInt32LittleEndian(end);
        if (!end.AsSpan(4).SequenceEqual(ParquetFile.Magic) || length <= 0 || length > stream.Length - 12)
        {
            throw ParquetReader.Wrong("it does not end with a footer and PAR1; it is cut off or something else");
        }

        stream.Position = stream.Length - 8 - length;
        int at = 0;
        return ThriftValue.Struct(TableParts.Bytes(stream, length, ParquetReader.Wrong), ref at);
    }

    private Table ReadGroup(ThriftValue footer, ThriftValue group)
    {
        ParquetColumn[] columns = Columns(footer);
        List<ThriftValue> chunks = group[1].Items;
        if (chunks.Count != columns.Length)
        {
            throw ParquetReader.Wrong($"a row group has {chunks.Count} columns, the schema {columns.Length}");
        }

        for (int i = 0; i < columns.Length; i++)
        {
            ThriftValue chunk = chunks[i][3];
            long start = ParquetChunk.StartOf(chunk);
            if (start < 0 || start > stream.Length)
            {
                throw ParquetReader.Wrong($"column `{columns[i].Schema.Name}` starts outside of the file");
            }

            stream.Position = start;
            byte[] bytes = TableParts.Bytes(stream, chunk.Number(7), ParquetReader.Wrong);
            new ParquetChunk(bytes, columns[i], chunk, start).Read(group.Number(3));
        }

        return new Table([.. columns.Select(column => column.Build())]);
    }

    private static ParquetColumn[] Columns(ThriftValue footer) => [.. footer[2].Items.Skip(1).Select(ParquetColumn.Of)];
}
