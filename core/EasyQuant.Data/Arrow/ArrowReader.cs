using System.Buffers.Binary;

namespace EasyQuant.Data;

/// <summary>Reads the messages of Arrow IPC one after the other.</summary>
internal sealed class ArrowReader(ReadOnlyMemory<byte> file, ArrowBounds? bounds = null)
{
    private readonly Dictionary<long, StringColumn> _dictionaries = [];
    private readonly List<Table> _batches = [];
    private ArrowField[]? _fields;
    private long _rowCount;

    public Table Read()
    {
        bool isFile = file.Span.StartsWith(ArrowFile.Magic);
        int position = isFile ? 8 : 0;
        int end = isFile ? EndOfMessages() : file.Length;
        if (isFile)
        {
            // Some writers put the schema of a file into its footer only.
            ReadFooter(file[end..]);
        }

        while (position + 8 <= end)
        {
            int length = Int(position);
            position += 4;
            if (length == ArrowFile.Continuation)
            {
                length = Int(position);
                position += 4;
            }

            if (length == 0)
            {
                break;
            }

            FlatTable message = FlatTable.Root(file.Slice(position, length));
            position += length;
            long body = message.Long(3);
            ReadMessage(message, file.Slice(position, checked((int)body)));
            position += (int)((body + 7) & ~7L);
        }

        return _batches.Count == 0 ? Empty() : Table.Concat(_batches);
    }

    /// <summary>Reads one message; returns the rows of a record batch, null for another message.</summary>
    public Table? ReadPart(FlatTable message, ReadOnlyMemory<byte> body)
    {
        ReadMessage(message, body);
        Table? part = _batches.Count > 0 ? _batches[0] : null;
        _batches.Clear();
        return part;
    }

    /// <summary>Reads the schema of the footer of a file.</summary>
    public void ReadFooter(ReadOnlyMemory<byte> footer) => ReadSchema(FlatTable.Root(footer).Table(1));

    /// <summary>A table without rows; at the end of data that had a schema.</summary>
    public Table Empty() => _fields is { } fields ? new TableBuilder([.. fields.Select(f => f.Schema)]).Build() : throw Wrong("there is no schema");

    internal static ImportException Wrong(string what) => new("IMPORT_FORMAT", $"The Arrow data cannot be read: {what}.");

    private int EndOfMessages()
    {
        if (file.Length < 20 || !file.Span.EndsWith(ArrowFile.Magic))
        {
            throw Wrong("the file is cut off, its end has no ARROW1");
        }

        int footer = Int(file.Length - 10);
        return footer > 0 && footer < file.Length - 18 ? file.Length - 10 - footer : throw Wrong("the length of its footer is wrong");
    }

    private void ReadMessage(FlatTable message, ReadOnlyMemory<byte> body)
    {
        switch (message.Byte(1))
        {
            case ArrowFile.SchemaHeader:
                ReadSchema(message.Table(2));
                break;
            case ArrowFile.DictionaryHeader:
                if (bounds is not null)
                {
                    throw Wrong("it has dictionaries");
                }

                FlatTable dictionary = message.Table(2);
                long id = dictionary.Long(0);
                ArrowField of = Fields().FirstOrDefault(f => f.DictionaryId == id) ?? throw Wrong($"dictionary {id} belongs to no column");
                var values = new ArrowBatch(dictionary.Table(1), body, _dictionaries);
                var read = (StringColumn)values.ReadColumn(of with { DictionaryId = null });
                _dictionaries[id] = dictionary.Byte(2) == 0 || !_dictionaries.TryGetValue(id, out StringColumn? before)
                    ? read
                    : (StringColumn)Table.Concat([new Table([before]), new Table([read])]).Columns[0];
                break;
            case ArrowFile.BatchHeader:
                var batch = new ArrowBatch(message.Table(2), body, _dictionaries, bounds);
                _batches.Add(new Table([.. Fields().Select(batch.ReadColumn)]));
                _rowCount += _batches[^1].RowCount;
                if (_rowCount > bounds?.RowsMax)
                {
                    throw Wrong($"it has {_rowCount} rows or more, at most {bounds.RowsMax} are read");
                }

                break;
        }
    }

    private void ReadSchema(FlatTable schema)
    {
        if (schema.Short(0) != 0)
        {
            throw Wrong("it is big endian");
        }

        if (schema.Count(1) > bounds?.ColumnsMax)
        {
            throw Wrong($"it has {schema.Count(1)} columns, at most {bounds.ColumnsMax} are read");
        }

        _fields = [.. Enumerable.Range(0, schema.Count(1)).Select(i => ArrowField.Of(schema.Element(1, i)))];
    }

    private ArrowField[] Fields() => _fields ?? throw Wrong("data come before the schema");

    private int Int(int position) => BinaryPrimitives.ReadInt32LittleEndian(file.Slice(position, 4).Span);
}
