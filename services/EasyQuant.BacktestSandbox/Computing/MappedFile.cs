using System.Buffers;
using System.IO.MemoryMappedFiles;
using System.Runtime.CompilerServices;

namespace EasyQuant.BacktestSandbox.Computing;

/// <summary>A part of a file as read-only memory that is shared with every process that maps it. Dispose it after the last reader.</summary>
/// <typeparam name="T">Elements, little endian as in the file.</typeparam>
internal sealed unsafe class MappedFile<T> : MemoryManager<T>
    where T : unmanaged
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _start;
    private readonly int _count;

    /// <summary>Maps elements of a file.</summary>
    /// <param name="path">The file; others may write behind the elements.</param>
    /// <param name="offset">Bytes before the first element.</param>
    /// <param name="count">Elements, at least 1.</param>
    /// <exception cref="IOException">The file is too short.</exception>
    public MappedFile(string path, long offset, int count)
    {
        long length = offset + ((long)count * Unsafe.SizeOf<T>());
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        _count = count > 0 && stream.Length >= length ? count : throw new IOException($"{Path.GetFileName(path)} has {stream.Length} bytes; {length} are needed.");
        _file = MemoryMappedFile.CreateFromFile(stream, mapName: null, capacity: 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        _view = _file.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
        _start += _view.PointerOffset + offset;
    }

    /// <inheritdoc />
    public override Span<T> GetSpan() => new(_start, _count);

    /// <inheritdoc />
    public override MemoryHandle Pin(int elementIndex = 0) => new((T*)_start + elementIndex, pinnable: this);

    /// <inheritdoc />
    public override void Unpin()
    {
    }

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
    }
}
