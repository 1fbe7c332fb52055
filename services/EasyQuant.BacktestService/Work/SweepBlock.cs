using EasyQuant.BacktestService.Storage;

namespace EasyQuant.BacktestService.Work;

/// <summary>Trials of one window and one round that run over the same days; their numbers follow each other.</summary>
/// <param name="FirstTrial">Number of the first trial.</param>
/// <param name="Count">Trials.</param>
/// <param name="Stage">Where it stands.</param>
/// <param name="ChosenFrom">Position of the block whose best trials give the parameters; -1 for all combinations of the sweep.</param>
internal sealed record SweepBlock(int FirstTrial, int Count, TrialStage Stage, int ChosenFrom);
