using System.Collections;
using Grpc.Core.Utils;

namespace Grpc.Core;

/// <summary>Headers or trailers in the order they were added; a key may occur more than once. Not safe for writing by many threads.</summary>
public sealed partial class Metadata : IList<Metadata.Entry>
{
    /// <summary>Keys with this ending carry bytes, all others ASCII text.</summary>
    public const string BinaryHeaderSuffix = "-bin";

    /// <summary>Empty and read-only.</summary>
    public static readonly Metadata Empty = new() { IsReadOnly = true };

    private readonly List<Entry> _entries = [];

    /// <summary>The number of entries.</summary>
    public int Count => _entries.Count;

    /// <summary>True for <see cref="Empty"/>.</summary>
    public bool IsReadOnly { get; private init; }

    /// <summary>Reads or replaces the entry at a position.</summary>
    /// <param name="index">From 0 to <see cref="Count"/>, end excluded.</param>
    /// <returns>The entry.</returns>
    public Entry this[int index]
    {
        get => _entries[index];
        set
        {
            CheckWritable();
            _entries[index] = GrpcPreconditions.CheckNotNull(value)!;
        }
    }

    /// <summary>Finds the last entry of a key.</summary>
    /// <param name="key">The key, in any case.</param>
    /// <returns>The entry, or null.</returns>
    public Entry? Get(string key)
    {
        for (int i = _entries.Count - 1; i >= 0; i--)
        {
            if (_entries[i].HasKey(key))
            {
                return _entries[i];
            }
        }

        return null;
    }

    /// <summary>Finds the last text of a key.</summary>
    /// <param name="key">The key, in any case.</param>
    /// <returns>The text, or null when there is no entry.</returns>
    /// <exception cref="InvalidOperationException">The entry carries bytes.</exception>
    public string? GetValue(string key) => Get(key)?.Value;

    /// <summary>Finds the last bytes of a key.</summary>
    /// <param name="key">The key, in any case.</param>
    /// <returns>A copy of the bytes, or null when there is no entry.</returns>
    public byte[]? GetValueBytes(string key) => Get(key)?.ValueBytes;

    /// <summary>Finds all entries of a key.</summary>
    /// <param name="key">The key, in any case.</param>
    /// <returns>The entries in order.</returns>
    public IEnumerable<Entry> GetAll(string key) => _entries.Where(entry => entry.HasKey(key));

    /// <summary>Adds a text.</summary>
    /// <param name="key">The key, without the binary suffix.</param>
    /// <param name="value">ASCII text.</param>
    public void Add(string key, string value) => Add(new Entry(key, value));

    /// <summary>Adds bytes.</summary>
    /// <param name="key">The key, with the binary suffix.</param>
    /// <param name="valueBytes">The bytes, copied.</param>
    public void Add(string key, byte[] valueBytes) => Add(new Entry(key, valueBytes));

    /// <summary>Finds the position of an entry.</summary>
    /// <param name="item">The entry, compared by reference.</param>
    /// <returns>The position, or -1.</returns>
    public int IndexOf(Entry item) => _entries.IndexOf(item);

    /// <summary>Inserts an entry.</summary>
    /// <param name="index">From 0 to <see cref="Count"/>, end included.</param>
    /// <param name="item">The entry.</param>
    public void Insert(int index, Entry item)
    {
        CheckWritable();
        _entries.Insert(index, GrpcPreconditions.CheckNotNull(item)!);
    }

    /// <summary>Removes the entry at a position.</summary>
    /// <param name="index">From 0 to <see cref="Count"/>, end excluded.</param>
    public void RemoveAt(int index)
    {
        CheckWritable();
        _entries.RemoveAt(index);
    }

    /// <summary>Adds an entry.</summary>
    /// <param name="item">The entry.</param>
    public void Add(Entry item)
    {
        CheckWritable();
        _entries.Add(GrpcPreconditions.CheckNotNull(item)!);
    }

    /// <summary>Removes all entries.</summary>
    public void Clear()
    {
        CheckWritable();
        _entries.Clear();
    }

    /// <summary>Tells whether an entry is contained.</summary>
    /// <param name="item">The entry, compared by reference.</param>
    /// <returns>True when it is.</returns>
    public bool Contains(Entry item) => _entries.Contains(item);

    /// <summary>Copies all entries.</summary>
    /// <param name="array">The target.</param>
    /// <param name="arrayIndex">Where the first entry goes.</param>
    public void CopyTo(Entry[] array, int arrayIndex) => _entries.CopyTo(array, arrayIndex);

    /// <summary>Removes an entry.</summary>
    /// <param name="item">The entry, compared by reference.</param>
    /// <returns>True when it was contained.</returns>
    public bool Remove(Entry item)
    {
        CheckWritable();
        return _entries.Remove(item);
    }

    /// <summary>Enumerates the entries in order.</summary>
    /// <returns>The enumerator.</returns>
    public IEnumerator<Entry> GetEnumerator() => _entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private void CheckWritable() => GrpcPreconditions.CheckState(!IsReadOnly, "Object is read only");
}
