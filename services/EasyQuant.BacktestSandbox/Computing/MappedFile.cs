using System.Buffers;
using System.IO.MemoryMappedFiles;

namespace EasyQuant.BacktestSandbox.Computing;

/// <summary>A file of at most 2 GiB as read-only memory that is shared with every process that maps it. Dispose it after the last reader.</summary>
internal sealed unsafe class MappedFile : MemoryManager<byte>
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _start;
    private readonly int _length;

    /// <summary>Maps a file.</summary>
    /// <exception cref="IOException">The file is empty or larger than 2 GiB - 1.</exception>
    public MappedFile(string path)
    {
        long length = new FileInfo(path).Length;
        _length = length is > 0 and <= int.MaxValue ? (int)length : throw new IOException($"A file of {length} bytes cannot be mapped.");
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, mapName: null, capacity: 0, MemoryMappedFileAccess.Read);
        _view = _file.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
        _start += _view.PointerOffset;
    }

    /// <inheritdoc />
    public override Span<byte> GetSpan() => new(_start, _length);

    /// <inheritdoc />
    public override MemoryHandle Pin(int elementIndex = 0) => new(_start + elementIndex, pinnable: this);

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
