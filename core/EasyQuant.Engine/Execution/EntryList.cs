using System.Buffers;
using System.Numerics;

namespace EasyQuant.Engine;

/// <summary>
/// A growing list of structs handed out by reference; references stay valid while it grows. Its memory comes from a pool in pieces, each twice as long as
/// the one before, and may be given back with <see cref="Release"/>, so that one run after another allocates nothing.
/// </summary>
internal sealed class EntryList<T>
    where T : struct
{
    private const int FirstLength = 256;
    private const int PiecesMax = 23;
    private readonly T[][] _pieces = new T[PiecesMax][];
    private int _pieceCount;

    public int Count { get; private set; }

    public ref T this[int index]
    {
        get
        {
            // Piece k holds the elements from 256 x 2^k - 256 on, so the highest bit of index + 256 tells the piece.
            int shifted = index + FirstLength;
            int piece = BitOperations.Log2((uint)shifted);
            return ref _pieces[piece - 8][shifted - (1 << piece)];
        }
    }

    /// <summary>Adds a blank element and returns it.</summary>
    public ref T Add()
    {
        if (Count + FirstLength == FirstLength << _pieceCount)
        {
            _pieces[_pieceCount] = ArrayPool<T>.Shared.Rent(FirstLength << _pieceCount);
            _pieceCount++;
        }

        ref T item = ref this[Count++];
        item = default;
        return ref item;
    }

    /// <summary>Gives the memory back; the list is empty afterwards and references into it are not to be used.</summary>
    public void Release()
    {
        for (int i = 0; i < _pieceCount; i++)
        {
            ArrayPool<T>.Shared.Return(_pieces[i]);
            _pieces[i] = [];
        }

        _pieceCount = 0;
        Count = 0;
    }
}
