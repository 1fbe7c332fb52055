using System.Buffers;
using System.Runtime.InteropServices;

namespace EasyQuant.Data;

/// <summary>Shows bytes as little-endian values without copying them.</summary>
internal sealed class CastMemoryManager<T>(ReadOnlyMemory<byte> bytes) : MemoryManager<T>
    where T : unmanaged
{
    public override Span<T> GetSpan() => MemoryMarshal.Cast<byte, T>(MemoryMarshal.AsMemory(bytes).Span);

    public override MemoryHandle Pin(int elementIndex = 0) =>
        bytes[(elementIndex * System.Runtime.CompilerServices.Unsafe.SizeOf<T>())..].Pin();

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
    }
}
