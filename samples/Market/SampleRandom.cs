namespace EasyQuant.Samples.Market;

/// <summary>SplitMix64: the same numbers on every machine and in every version of .NET.</summary>
internal sealed class SampleRandom(ulong seed)
{
    private ulong _state = seed;

    public ulong Next()
    {
        _state += 0x9E37_79B9_7F4A_7C15;
        ulong z = _state;
        z = (z ^ (z >> 30)) * 0xBF58_476D_1CE4_E5B9;
        z = (z ^ (z >> 27)) * 0x94D0_49BB_1331_11EB;
        return z ^ (z >> 31);
    }

    /// <summary>An integer from <paramref name="low"/> to <paramref name="high"/>, both included.</summary>
    public int Between(int low, int high) => low + (int)(Next() % (ulong)(high - low + 1));

    /// <summary>A bell-shaped integer around 0: the sum of four even ones, so at most 2 * spread away.</summary>
    public int Bell(int spread) => Between(-spread / 2, spread / 2) + Between(-spread / 2, spread / 2) + Between(-spread / 2, spread / 2) + Between(-spread / 2, spread / 2);

    public bool OneIn(int count) => Between(1, count) == 1;
}
