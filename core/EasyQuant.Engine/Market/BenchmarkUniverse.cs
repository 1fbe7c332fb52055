using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>Keeps instruments of a benchmark out of the strategy's hands. Stateless and thread-safe.</summary>
public static class BenchmarkUniverse
{
    /// <summary>
    /// Returns the market in which instruments of the benchmark are only compared with, unless the strategy is to trade them: see <see cref="MarketPanel.KeepForBenchmark"/>.
    /// </summary>
    /// <param name="panel">The market.</param>
    /// <param name="benchmark">Instruments of the benchmark; those that the market lacks are ignored.</param>
    /// <param name="universe">
    /// Instruments to trade. Empty: every one but the indices of the benchmark, which nobody can buy.
    /// </param>
    /// <returns>The market; the one handed in when the benchmark has nothing else, or nothing would be left to trade.</returns>
    public static MarketPanel Of(MarketPanel panel, IEnumerable<Symbol> benchmark, IReadOnlySet<Symbol> universe)
    {
        ArgumentNullException.ThrowIfNull(panel);
        ArgumentNullException.ThrowIfNull(universe);
        HashSet<Symbol> kept =
        [
            .. benchmark.Where(symbol => panel.IndexOf(symbol) >= 0 && (universe.Count > 0 ? !universe.Contains(symbol) : Instrument.BoardOf(symbol) == Board.Index)),
        ];
        return kept.Count == 0 || kept.Count == panel.Series.Length ? panel : panel.KeepForBenchmark(kept);
    }
}
