using System.Security.Cryptography;
using System.Text;
using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>One backtest as the trial ledger counts it.</summary>
/// <param name="Key">See <see cref="KeyOf"/>: repeating a backtest repeats the key, and the ledger counts it once.</param>
/// <param name="Family">Strategy family: the name of a shipped strategy, or what the user calls the idea that all variants share.</param>
/// <param name="DataSha256">Hash of the panel.</param>
/// <param name="FirstDate">First trading day, included.</param>
/// <param name="LastDate">Last trading day, included.</param>
/// <param name="Sample">Sharpe ratio of the daily returns and what its error depends on.</param>
/// <param name="Parameters">Parameters of the strategy as JSON text, for people.</param>
public sealed record Trial(
    string Key,
    string Family,
    string DataSha256,
    DateOnly FirstDate,
    DateOnly LastDate,
    SharpeSample Sample,
    string Parameters)
{
    /// <summary>Longest name of a family, in UTF-16 code units.</summary>
    public const int FamilyLengthMax = 128;

    /// <summary>Makes the record of a finished backtest. Pure: the same result gives the same record.</summary>
    /// <param name="result">The result; has at least one trading day.</param>
    /// <param name="family">Name of the family, 1 to <see cref="FamilyLengthMax"/> characters; null takes the strategy's name.</param>
    /// <exception cref="ArgumentException">The name is empty or too long.</exception>
    public static Trial Of(BacktestResult result, string? family)
    {
        string name = family ?? result.Manifest.Strategy;
        if (string.IsNullOrWhiteSpace(name) || name.Length > FamilyLengthMax)
        {
            throw new ArgumentException($"family must have 1 to {FamilyLengthMax} characters, was \"{name}\".", nameof(family));
        }

        return new Trial(
            KeyOf(result.Manifest),
            name,
            result.Manifest.DataSha256,
            result.Run.Equity[0].TradingDate,
            result.Run.Equity[^1].TradingDate,
            SharpeSample.Of(DailyReturns.Of(result.Statistics.InitialEquity, result.Run.Equity)),
            result.Manifest.Parameters.ToJsonString());
    }

    /// <summary>
    /// Returns the key of a backtest: the SHA-256 of its manifest's JSON, lower-case hexadecimal, without engine and code. Who runs an idea
    /// again on another engine or after a rebuild has not tried another idea.
    /// </summary>
    /// <param name="manifest">The manifest.</param>
    public static string KeyOf(BacktestManifest manifest)
    {
        System.Text.Json.Nodes.JsonObject json = manifest.ToJson();
        json.Remove("engine_version");
        json.Remove("code_sha256");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(json.ToJsonString())));
    }

    /// <summary>True when the trial belongs to a family and saw at least one day from <paramref name="first"/> to <paramref name="last"/>, both included.</summary>
    /// <param name="family">Name of the family.</param>
    /// <param name="first">First day of the window.</param>
    /// <param name="last">Last day of the window.</param>
    public bool Counts(string family, DateOnly first, DateOnly last) => Family == family && FirstDate <= last && LastDate >= first;
}
