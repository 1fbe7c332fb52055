namespace EasyQuant.Engine;

/// <summary>Bars of one instrument that exist, oldest first, as columns of one length in units of the instrument's scales.</summary>
internal readonly record struct SignalBars(
    ReadOnlyMemory<long> Open,
    ReadOnlyMemory<long> High,
    ReadOnlyMemory<long> Low,
    ReadOnlyMemory<long> Close,
    ReadOnlyMemory<long> Volume);
