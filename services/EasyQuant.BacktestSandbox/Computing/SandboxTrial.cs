using System.Text.Json.Nodes;
using EasyQuant.Engine;

namespace EasyQuant.BacktestSandbox.Computing;

/// <summary>One trial of a sweep.</summary>
/// <param name="Trial">Its number, from 0.</param>
/// <param name="Parameters">Its values by name.</param>
/// <param name="StartDate">First trading day, included; null takes that of the job.</param>
/// <param name="EndDate">Last trading day, included; null takes that of the job.</param>
public sealed record SandboxTrial(int Trial, JsonObject Parameters, DateOnly? StartDate = null, DateOnly? EndDate = null)
{
    /// <summary>Returns the settings of the sweep with the days of the trial.</summary>
    /// <param name="settings">Settings of the sweep.</param>
    public BacktestSettings Within(BacktestSettings settings) => settings with { StartDate = StartDate ?? settings.StartDate, EndDate = EndDate ?? settings.EndDate };
}
