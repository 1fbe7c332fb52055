using System.Text.Json.Nodes;

namespace EasyQuant.BacktestSandbox.Computing;

/// <summary>One trial of a sweep.</summary>
/// <param name="Trial">Its number, from 0.</param>
/// <param name="Parameters">Its values by name.</param>
public sealed record SandboxTrial(int Trial, JsonObject Parameters);
