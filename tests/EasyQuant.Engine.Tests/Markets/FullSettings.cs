using EasyQuant.Domain;
using EasyQuant.Engine;

namespace EasyQuant.Engine.Tests;

/// <summary>Random settings for <see cref="FullMarket"/>: two accounts of which one may borrow, two currencies, every option.</summary>
internal static class FullSettings
{
    public static BacktestSettings Make(int seed)
    {
        Random random = new(seed ^ 0x5eed);
        return new BacktestSettings
        {
            CommissionPpm = random.Next(1000),
            CommissionMinimum = new Money(random.Next(8) * 10_000L),
            FeeIncrement = new Money(random.Next(3) == 0 ? 1 : 100),
            ExchangeRules = random.Next(4) != 0,
            FillRule = (FillRule)random.Next(5),
            LimitFillRule = (LimitFillRule)random.Next(2),
            Slippage = (SlippageKind)random.Next(4) switch
            {
                SlippageKind.Ticks => new Slippage(SlippageKind.Ticks, random.Next(4)),
                SlippageKind.BasisPoints => new Slippage(SlippageKind.BasisPoints, random.Next(30)),
                SlippageKind.VolumeShare => new Slippage(SlippageKind.VolumeShare, random.Next(1_000_000)),
                _ => Slippage.None,
            },
            VolumeCapPpm = random.Next(4) == 0 ? null : random.Next(1, 1_000_000),
            FillsAtPriceLimit = random.Next(4) == 0,
            SuspensionPolicy = (SuspensionPolicy)random.Next(2),
            RightsPolicy = (RightsPolicy)random.Next(2),
            DividendTax = random.Next(4) != 0,
            CashInterestPpm = random.Next(3) * 15_000,
            Accounts =
            [
                new AccountSettings("cash", [new CashBalance("CNY", Money.FromYuan(200_000)), new CashBalance("USD", Money.FromYuan(20_000))]),
                new AccountSettings("margin", [new CashBalance("CNY", Money.FromYuan(100_000))], new MarginSettings
                {
                    CallPolicy = (MarginCallPolicy)random.Next(2),
                    MaintenanceLongPpm = random.Next(100_000, 500_000),
                    MaintenanceShortPpm = random.Next(100_000, 500_000),
                }),
            ],
            Benchmark = [new BenchmarkPart(Symbol.Parse("000001.SZ"), 600_000), new BenchmarkPart(Symbol.Parse("600000.SH"), 400_000)],
        };
    }
}
