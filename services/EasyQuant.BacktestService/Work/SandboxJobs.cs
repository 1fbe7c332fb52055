using System.Text.Json.Nodes;
using EasyQuant.BacktestSandbox.Computing;
using EasyQuant.BacktestService.Grpc;
using EasyQuant.BacktestService.Storage;
using EasyQuant.Engine;

namespace EasyQuant.BacktestService.Work;

/// <summary>Writes specs for the sandbox.</summary>
internal static class SandboxJobs
{
    /// <summary>Returns the job of a backtest, of some trials of a sweep, or of bias checks.</summary>
    public static SandboxJob Of(CheckedSpec spec, SourceRecord source, IReadOnlyList<SandboxTrial>? trials, BiasOptions? bias = null) => new()
    {
        Strategy = spec.Strategy,
        ClassName = source.ClassName,
        SourceParameters = source.Parameters,
        Parameters = (JsonObject)spec.Parameters.DeepClone(),
        Settings = spec.Settings,
        Market = spec.Data.Plan,
        RuleBook = spec.Rules.Json,
        FaultPolicy = spec.FaultPolicy,
        Trials = trials,
        Bias = bias,
    };
}
