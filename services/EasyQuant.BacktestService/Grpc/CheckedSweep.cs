namespace EasyQuant.BacktestService.Grpc;

/// <summary>A sweep with defaults filled in and every value checked.</summary>
/// <param name="Base">The backtest of every trial, without the parameters of the axes.</param>
/// <param name="Axes">The axes; the last one is innermost.</param>
/// <param name="RandomCount">Combinations drawn at random; 0 for the whole grid.</param>
/// <param name="RandomSeed">Seed of the draw.</param>
/// <param name="Search">How it chooses.</param>
internal sealed record CheckedSweep(CheckedSpec Base, IReadOnlyList<CheckedAxis> Axes, int RandomCount, long RandomSeed, SweepSearch Search);
