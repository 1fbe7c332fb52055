using EasyQuant.Engine;

namespace EasyQuant.Engine.Tests;

/// <summary>What every trial ledger must do; one class a ledger derives from it. Linked into the test projects that need it.</summary>
public abstract class TrialLedgerContract
{
    private static readonly DateOnly s_first = new(2024, 1, 2);
    private static readonly DateOnly s_last = new(2024, 12, 31);

    /// <summary>An empty ledger.</summary>
    protected abstract ITrialLedger Ledger { get; }

    [Fact]
    public async Task Ledger_SameTrialTwice_CountsOnce()
    {
        Assert.True(await Ledger.AddAsync(Make("a", 0.1), default));
        Assert.False(await Ledger.AddAsync(Make("a", 0.1), default));
        Assert.True(await Ledger.AddAsync(Make("b", 0.3), default));
        TrialSummary summary = await Ledger.SummarizeAsync("family", s_first, s_last, default);
        Assert.Equal(2, summary.Count);
        Assert.Equal(0.2, summary.Mean, 12);
        Assert.Equal(0.02, summary.Variance, 12);
    }

    [Fact]
    public async Task Ledger_TrialsInAnotherOrder_GiveTheSameBits()
    {
        Trial[] trials = [.. Enumerable.Range(0, 40).Select(i => Make($"key {i}", Math.Pow(-1, i) / (i + 3)))];
        foreach ((Trial one, Trial other) in trials.Zip(trials.Reverse()))
        {
            await Ledger.AddAsync(one, default);
            await Ledger.AddAsync(other with { Family = "other" }, default);
        }

        Assert.Equal(await Ledger.SummarizeAsync("family", s_first, s_last, default), await Ledger.SummarizeAsync("other", s_first, s_last, default));
    }

    [Fact]
    public async Task Ledger_OtherFamily_IsNotCounted()
    {
        await Ledger.AddAsync(Make("a", 0.1) with { Family = "Family" }, default);
        Assert.Equal(default, await Ledger.SummarizeAsync("family", s_first, s_last, default));
    }

    [Theory]
    [InlineData("2023-01-03", "2024-01-01", 0)]
    [InlineData("2023-01-03", "2024-01-02", 1)]
    [InlineData("2024-12-31", "2025-06-30", 1)]
    [InlineData("2025-01-02", "2025-06-30", 0)]
    [InlineData("2024-05-06", "2024-05-06", 1)]
    public async Task Ledger_Window_CountsTrialsThatShareADay(string first, string last, int count)
    {
        await Ledger.AddAsync(Make("a", 0.1) with { DataSha256 = "other data" }, default);
        TrialSummary summary = await Ledger.SummarizeAsync("family", DateOnly.Parse(first), DateOnly.Parse(last), default);
        Assert.Equal(count, summary.Count);
    }

    [Fact]
    public async Task Ledger_ManyAtOnce_CountsEach()
    {
        bool[] added = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Ledger.AddAsync(Make($"{i % 20}", i % 20), default).AsTask()));
        Assert.Equal(20, added.Count(isNew => isNew));
        Assert.Equal(20, (await Ledger.SummarizeAsync("family", s_first, s_last, default)).Count);
    }

    /// <summary>A trial of the year 2024.</summary>
    protected static Trial Make(string key, double sharpe) =>
        new(key, "family", "data", s_first, s_last, new SharpeSample(sharpe, 242, -0.5, 4.25), "{\"fast\":5}");
}
