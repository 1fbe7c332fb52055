using System.Buffers;
using System.IO.MemoryMappedFiles;
using System.Runtime.CompilerServices;

namespace EasyQuant.MappedFiles;

/// <summary>
/// A part of a file as memory, read-only by contract, that is shared with every process that maps it. Dispose it after the last reader: spans that were taken
/// before must not be used any more, new ones are refused. Reading is thread-safe.
/// </summary>
/// <typeparam name="T">Elements, little endian as in the file.</typeparam>
public sealed unsafe class MappedFile<T> : MemoryManager<T>
    where T : unmanaged
{
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _start;
    private readonly int _count;
    private bool _isReleased;

    /// <summary>Maps elements of a file.</summary>
    /// <param name="path">The file; others may write behind the elements.</param>
    /// <param name="offset">Bytes before the first element.</param>
    /// <param name="count">Elements, at least 1.</param>
    /// <exception cref="IOException">The file cannot be opened, or is too short.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    /// <exception cref="PlatformNotSupportedException">The machine is big endian.</exception>
    public MappedFile(string path, long offset, int count)
    {
        if (!BitConverter.IsLittleEndian)
        {
            throw new PlatformNotSupportedException("Files are little endian and are mapped as they are; this machine is big endian.");
        }

        long length = offset + ((long)count * Unsafe.SizeOf<T>());
        // Writing is shared: a later version of a panel may add bars behind the rows of this one.
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        _count = count > 0 && stream.Length >= length ? count : throw new IOException($"{Path.GetFileName(path)} has {stream.Length} bytes; {length} are needed.");
        using MemoryMappedFile file = MemoryMappedFile.CreateFromFile(stream, mapName: null, capacity: 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        _view = file.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
        _start += _view.PointerOffset + offset;
    }

    /// <inheritdoc />
    public override Span<T> GetSpan()
    {
        ObjectDisposedException.ThrowIf(_isReleased, this);
        return new Span<T>(_start, _count);
    }

    /// <inheritdoc />
    public override MemoryHandle Pin(int elementIndex = 0)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)elementIndex, (uint)_count, nameof(elementIndex));
        return new MemoryHandle((T*)_start + elementIndex);
    }

    /// <inheritdoc />
    public override void Unpin()
    {
    }

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        if (disposing && !_isReleased)
        {
            _isReleased = true;
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
            _view.Dispose();
        }
    }
}
