using System.Collections.Immutable;

namespace EasyQuant.Engine;

/// <summary>What a sweep of signal strategies hands back. Immutable, thread-safe.</summary>
/// <param name="InstrumentCount">Number of instruments, in the order of the panel.</param>
/// <param name="ParameterCount">Number of parameter combinations, in the order handed in.</param>
/// <param name="Lanes">One element a lane: instrument i under combination p at i x <paramref name="ParameterCount"/> + p.</param>
public sealed record SignalSweepResult(int InstrumentCount, int ParameterCount, ImmutableArray<LaneResult> Lanes)
{
    /// <summary>Returns a lane.</summary>
    /// <param name="instrument">0 to <see cref="InstrumentCount"/> - 1.</param>
    /// <param name="parameter">0 to <see cref="ParameterCount"/> - 1.</param>
    public LaneResult this[int instrument, int parameter] => Lanes[(instrument * ParameterCount) + parameter];
}
