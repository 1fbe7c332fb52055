using System.Text.Json.Nodes;
using EasyQuant.BacktestSandbox.Compiling;
using EasyQuant.BacktestSandbox.Plans;
using EasyQuant.Engine;

namespace EasyQuant.BacktestSandbox.Computing;

/// <summary>What the sandbox computes: one backtest, or one for each trial of a sweep. Travels as JSON.</summary>
public sealed record SandboxJob
{
    /// <summary>Name that results are reported under.</summary>
    public required string Strategy { get; init; }

    /// <summary>Full name of the class in the assembly.</summary>
    public required string ClassName { get; init; }

    /// <summary>Its constructor parameters in order.</summary>
    public required IReadOnlyList<SourceParameter> SourceParameters { get; init; }

    /// <summary>Values by name; missing ones take their defaults.</summary>
    public required JsonObject Parameters { get; init; }

    /// <summary>Cash, costs, rules, period.</summary>
    public required BacktestSettings Settings { get; init; }

    /// <summary>How the market is made. Default: of a table of daily bars.</summary>
    public MarketPlan Market { get; init; } = MarketPlan.Table;

    /// <summary>JSON text of the rule book; null (default) for the shipped one.</summary>
    public string? RuleBook { get; init; }

    /// <summary>What an exception does.</summary>
    public FaultPolicy FaultPolicy { get; init; }

    /// <summary>How bias checks run; null for a backtest or a sweep.</summary>
    public BiasOptions? Bias { get; init; }

    /// <summary>Trials of a sweep, each with all its values; null for one backtest.</summary>
    public IReadOnlyList<SandboxTrial>? Trials { get; init; }
}
