using System.Text.Json.Nodes;
using EasyQuant.BacktestService.Storage;

namespace EasyQuant.BacktestService.Work;

/// <summary>A trial that is to be run.</summary>
/// <param name="Trial">Its number.</param>
/// <param name="Parameters">Its values by name.</param>
/// <param name="Stage">Where it stands, with its days.</param>
internal sealed record SweepTask(int Trial, JsonObject Parameters, TrialStage Stage);
