namespace EasyQuant.Engine;

/// <summary>A growing array of structs handed out by reference.</summary>
internal sealed class EntryList<T>
    where T : struct
{
    private T[] _items = new T[16];

    public int Count { get; private set; }

    public ref T this[int index] => ref _items[index];

    /// <summary>Adds a blank element and returns it; references handed out before become stale.</summary>
    public ref T Add()
    {
        if (Count == _items.Length)
        {
            Array.Resize(ref _items, Count * 2);
        }

        return ref _items[Count++];
    }
}
