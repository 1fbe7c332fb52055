using EasyQuant.Domain;
using EasyQuant.Engine;

namespace EasyQuant.Engine.Tests;

/// <summary>Runs both engines and compares all that they hand back.</summary>
internal static class EqualRuns
{
    /// <summary>Fails unless both engines give the same result, or the same error. Returns the number of fills.</summary>
    public static int Check<TStrategy>(MarketPanel panel, Func<TStrategy> strategy, BacktestSettings settings, string what)
        where TStrategy : IStrategy
    {
        (EngineRun? reference, string? error) = Try(() => ReferenceEngine.Run(panel, strategy(), settings, RuleBook.China, null, default));
        (EngineRun? fast, string? fastError) = Try(() => FastEngine.Run(panel, strategy(), settings, RuleBook.China, null, default));
        Assert.True(error == fastError, $"{what}: {error ?? "no error"} and {fastError ?? "no error"}");
        if (reference is null || fast is null)
        {
            return 0;
        }

        Same(what + " orders", reference.Orders, fast.Orders);
        Same(what + " fills", reference.Fills, fast.Fills);
        Same(what + " equity", reference.Equity, fast.Equity);
        Same(what + " positions", reference.Positions, fast.Positions);
        Same(what + " postings", reference.Postings, fast.Postings);
        Same(what + " margin calls", reference.MarginCalls, fast.MarginCalls);
        Same(what + " assumptions", reference.Assumptions, fast.Assumptions);
        Same(what + " benchmark", reference.Benchmark, fast.Benchmark);
        Same(what + " accounts", [.. reference.Accounts.Select(one => one.Name)], [.. fast.Accounts.Select(one => one.Name)]);
        for (int i = 0; i < reference.Accounts.Length; i++)
        {
            Same(what + " account equity", reference.Accounts[i].Equity, fast.Accounts[i].Equity);
            Same(what + " account cash", reference.Accounts[i].FinalCash, fast.Accounts[i].FinalCash);
        }

        return reference.Fills.Length;
    }

    private static (EngineRun? Run, string? Error) Try(Func<EngineRun> run)
    {
        try
        {
            return (run(), null);
        }
        catch (Exception e) when (e is BacktestParameterException or BacktestException)
        {
            return (null, e.GetType().Name + ": " + e.Message);
        }
    }

    private static void Same<T>(string what, IReadOnlyList<T> expected, IReadOnlyList<T> actual)
    {
        for (int i = 0; i < Math.Min(expected.Count, actual.Count); i++)
        {
            Assert.True(EqualityComparer<T>.Default.Equals(expected[i], actual[i]), $"{what}, element {i}: {expected[i]} and {actual[i]}");
        }

        Assert.True(expected.Count == actual.Count, $"{what}: {expected.Count} and {actual.Count} elements");
    }
}
