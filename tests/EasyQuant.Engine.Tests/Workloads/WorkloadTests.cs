using EasyQuant.Domain;
using EasyQuant.Engine;

namespace EasyQuant.Engine.Tests;

/// <summary>
/// The workloads W1 and W3 on parts of the seeded market: fills exact, equity within the tolerance against plain loops over doubles, whose results
/// make_fixtures.py prints.
/// </summary>
public sealed class WorkloadTests
{
    [Theory]
    [InlineData(true, 1.0)]
    [InlineData(false, 0.05)]
    public void SmaCross_HundredThousandMinutes_EqualsPlainLoop(bool roundsFees, double tolerance)
    {
        EngineRun run = ReferenceEngine.Run(
            WorkloadMarket.Minutes(WorkloadMarket.Fixture("w1.bin")), new SmaCrossStrategy(10, 30, OrderSize.FixedShares(1000)),
            Settings(Money.Zero, roundsFees), RuleBook.China, null, default);
        Assert.Equal(3_780, run.Fills.Length);
        Assert.InRange(run.Equity[^1].Equity.ToDouble() - 9_944_930.274563, -tolerance, tolerance);
    }

    [Theory]
    [InlineData(true, 1.0)]
    [InlineData(false, 0.05)]
    public void Rotation_FortyInstruments_EqualsPlainLoop(bool roundsFees, double tolerance)
    {
        EngineRun run = ReferenceEngine.Run(
            WorkloadMarket.Days(WorkloadMarket.Fixture("w3.bin")), default(MonthlyRotation),
            Settings(Money.FromYuan(5), roundsFees), RuleBook.China, null, default);
        Assert.Equal(314, run.Fills.Length);
        Assert.InRange(run.Equity[^1].Equity.ToDouble() - 14_298_036.572386, -tolerance, tolerance);
    }

    /// <summary>Commission 0.03 %, stamp 0.1 % on sales, no exchange rules.</summary>
    internal static BacktestSettings Settings(Money commissionMinimum, bool roundsFees) => new()
    {
        InitialCash = Money.FromYuan(10_000_000),
        CommissionPpm = 300,
        CommissionMinimum = commissionMinimum,
        StampDutySellPpm = 1000,
        TransferFeePpm = 0,
        FeeIncrement = roundsFees ? new Money(Money.UnitsPerCent) : new Money(1),
        ExchangeRules = false,
    };
}
