using System.Diagnostics.CodeAnalysis;
using System.Text;
using EasyQuant.Domain;

namespace EasyQuant.Data;

/// <summary>Numbers the symbols of a file: each vendor spelling is normalised once, equal symbols get one number.</summary>
internal sealed class SymbolSet(string? defaultExchange = null)
{
    private readonly Dictionary<byte[], int> _bySpelling = new(new SpellingComparer());
    private readonly Dictionary<string, int> _byCanonical = new(StringComparer.Ordinal);
    private readonly List<byte[]> _utf8 = [];
    private byte[] _lastSpelling = [];
    private int _lastId = -1;

    public ReadOnlySpan<byte> Utf8(int id) => _utf8[id];

    public int Add(Symbol symbol)
    {
        string canonical = symbol.ToString();
        if (!_byCanonical.TryGetValue(canonical, out int id))
        {
            id = _utf8.Count;
            _byCanonical.Add(canonical, id);
            _utf8.Add(Encoding.UTF8.GetBytes(canonical));
        }

        return id;
    }

    /// <summary>Finds the number of a spelling; <paramref name="exchange"/> is the separate exchange column, or empty.</summary>
    public bool TryGet(ReadOnlySpan<byte> spelling, ReadOnlySpan<byte> exchange, out int id)
    {
        if (exchange.IsEmpty && _lastId >= 0 && spelling.SequenceEqual(_lastSpelling))
        {
            id = _lastId;
            return true;
        }

        return TryFind(spelling, exchange, out id);
    }

    /// <summary>Position of each number in the ordinal order of the symbols.</summary>
    public int[] Ranks()
    {
        int[] ids = [.. Enumerable.Range(0, _utf8.Count)];
        Array.Sort(ids, (a, b) => _utf8[a].AsSpan().SequenceCompareTo(_utf8[b]));
        var ranks = new int[ids.Length];
        for (int i = 0; i < ids.Length; i++)
        {
            ranks[ids[i]] = i;
        }

        return ranks;
    }

    private bool TryFind(ReadOnlySpan<byte> spelling, ReadOnlySpan<byte> exchange, out int id)
    {
        byte[] key = exchange.IsEmpty ? [] : [.. spelling, (byte)'.', .. exchange];
        ReadOnlySpan<byte> full = exchange.IsEmpty ? spelling : key;
        if (!_bySpelling.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(full, out id))
        {
            string text = Encoding.UTF8.GetString(full);
            bool isKnown = Symbol.TryNormalize(text, out Symbol symbol)
                || (!exchange.IsEmpty && Symbol.TryNormalize(Encoding.UTF8.GetString(spelling), out symbol))
                || (defaultExchange is not null && Symbol.TryNormalize(text + "." + defaultExchange, out symbol));
            if (!isKnown)
            {
                return false;
            }

            id = Add(symbol);
            _bySpelling.Add(full.ToArray(), id);
        }

        if (exchange.IsEmpty)
        {
            _lastSpelling = spelling.ToArray();
            _lastId = id;
        }

        return true;
    }

    private sealed class SpellingComparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            uint hash = 2166136261;
            foreach (byte b in alternate)
            {
                hash = (hash ^ b) * 16777619;
            }

            return (int)hash;
        }

        public int GetHashCode([DisallowNull] byte[] obj) => GetHashCode(obj.AsSpan());
    }
}
