using EasyQuant.Contracts.Backtest.V1;
using EasyQuant.Engine;

namespace EasyQuant.BacktestService.Grpc;

/// <summary>Turns the wire form of a bias check into checked values.</summary>
internal static class BiasReader
{
    /// <summary>Fills defaults in, in place.</summary>
    public static void FillDefaults(BiasSpec spec)
    {
        spec.Seed = spec.Seed == 0 ? BiasOptions.Default.Seed : spec.Seed;
        spec.ShuffleCount = spec.ShuffleCount == 0 ? BiasOptions.Default.ShuffleCount : spec.ShuffleCount;
        spec.CutCount = spec.CutCount == 0 ? BiasOptions.Default.CutCount : spec.CutCount;
    }

    /// <summary>Reads a stored spec, which was checked when it was accepted.</summary>
    public static (Guid BacktestId, BiasOptions Options) ReadStored(string json) => Read(BiasSpec.Parser.ParseJson(json));

    /// <summary>Checks a spec whose defaults are filled in.</summary>
    /// <exception cref="ServiceDefaults.Errors.RpcError">BACKTEST_NOT_FOUND when the id is none; PARAMETER_OUT_OF_RANGE.</exception>
    public static (Guid BacktestId, BiasOptions Options) Read(BiasSpec spec)
    {
        var options = new BiasOptions { Seed = spec.Seed, ShuffleCount = spec.ShuffleCount, CutCount = spec.CutCount };
        List<ParameterError> errors = [.. options.Validate().Select(error => error with { Field = error.Field == "shuffleCount" ? "shuffle_count" : "cut_count" })];
        return errors.Count == 0 ? (BacktestLookup.ParseId(spec.BacktestId), options) : throw SpecReader.Refuse(errors, "spec.");
    }
}
