using EasyQuant.Data;

namespace EasyQuant.BacktestService.Sandbox;

/// <summary>The bars of a job: a table that is written for it, or the directory of a panel that the sandbox shows read-only.</summary>
/// <param name="Bars">The table; null with a panel.</param>
/// <param name="PanelFolder">Absolute path of the directory; null with a table.</param>
internal sealed record SandboxData(Table? Bars, string? PanelFolder);
