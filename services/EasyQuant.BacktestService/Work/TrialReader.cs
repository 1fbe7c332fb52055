using EasyQuant.BacktestService.Sandbox;
using EasyQuant.Engine;

namespace EasyQuant.BacktestService.Work;

/// <summary>Reads what the sandbox says a trial was. It is the user's own ledger that a lie would spoil; the family is the service's word.</summary>
internal static class TrialReader
{
    private const int KeyLength = 64;
    private const int ParametersLengthMax = 100_000;

    // Far beyond any ratio of returns; the squares of larger ones have no sum, and with it the whole family no variance.
    private const double MomentMax = 1e100;

    /// <summary>Reads a trial.</summary>
    /// <param name="line">JSON of a trial; null gives null.</param>
    /// <param name="family">Family to count it under.</param>
    /// <exception cref="SandboxException">STRATEGY_OUTPUT_INVALID.</exception>
    public static Trial? Read(string? line, string family)
    {
        if (line is null)
        {
            return null;
        }

        try
        {
            Trial trial = TrialJson.Parse(line) with { Family = family };
            bool isGood = trial.Key.Length == KeyLength && trial.DataSha256.Length == KeyLength && trial.Parameters.Length <= ParametersLengthMax
                && trial.FirstDate <= trial.LastDate && Math.Abs(trial.Sample.Sharpe) <= MomentMax && Math.Abs(trial.Sample.Skewness) <= MomentMax
                && Math.Abs(trial.Sample.Kurtosis) <= MomentMax;
            return isGood ? trial : throw new FormatException("a value is out of range");
        }
        catch (FormatException e)
        {
            throw new SandboxException("STRATEGY_OUTPUT_INVALID", $"The strategy's process reported a trial that is none: {e.Message}");
        }
    }
}
