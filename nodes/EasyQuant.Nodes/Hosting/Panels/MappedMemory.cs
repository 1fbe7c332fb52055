using System.Buffers;
using System.IO.MemoryMappedFiles;

namespace EasyQuant.Nodes.Hosting;

/// <summary>Part of a mapped file as memory, read-only by contract. Valid until the owner is disposed; it is never unmapped before, whatever the collector does.</summary>
internal sealed unsafe class MappedMemory<T> : MemoryManager<T>
    where T : unmanaged
{
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _start;
    private readonly int _count;
    private bool _isReleased;

    /// <summary>Maps elements of a file.</summary>
    /// <param name="view">View from the start of the file; the caller keeps it and disposes it after this.</param>
    /// <param name="offset">Bytes before the first element.</param>
    /// <param name="count">Elements.</param>
    public MappedMemory(MemoryMappedViewAccessor view, long offset, int count)
    {
        _view = view;
        _count = count;
        byte* pointer = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref pointer);
        _start = pointer + view.PointerOffset + offset;
    }

    public override Span<T> GetSpan()
    {
        ObjectDisposedException.ThrowIf(_isReleased, this);
        return new Span<T>(_start, _count);
    }

    public override MemoryHandle Pin(int elementIndex = 0)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)elementIndex, (uint)_count, nameof(elementIndex));
        return new MemoryHandle((T*)_start + elementIndex);
    }

    public override void Unpin()
    {
    }

    public void Release() => ((IDisposable)this).Dispose();

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_isReleased)
        {
            _isReleased = true;
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
        }
    }
}
