using System.Collections.Immutable;
using EasyQuant.Contracts.Backtest.V1;
using EasyQuant.Domain;
using EasyQuant.Engine;
using EngineBenchmarkPart = EasyQuant.Engine.BenchmarkPart;
using EngineCash = EasyQuant.Engine.CashBalance;
using EngineSlippageKind = EasyQuant.Engine.SlippageKind;

namespace EasyQuant.BacktestService.Grpc;

/// <summary>Reads the settings of a spec: cash, costs, rules, accounts, benchmark, period.</summary>
internal static class SpecSettings
{
    private const int BenchmarkPartsMax = 20;
    private const int AccountsMax = 20;
    private const int BalancesMax = 20;
    private const int NameLengthMax = 63;
    private const int Million = 1_000_000;

    /// <summary>Reads the settings; what is wrong goes to the fields.</summary>
    public static BacktestSettings Read(BacktestSpec spec, SpecFields fields)
    {
        var settings = new BacktestSettings
        {
            InitialCash = fields.Amount(spec.Cash, "cash", mayBeZero: false),
            CommissionPpm = fields.Rate(spec.CommissionRate, "commission_rate", 0, 10_000) ?? 0,
            CommissionMinimum = fields.Amount(spec.CommissionMin, "commission_min", mayBeZero: true),
            StampDutySellPpm = fields.Rate(spec.StampDutyRate, "stamp_duty_rate", 0, Million),
            TransferFeePpm = fields.Rate(spec.TransferFeeRate, "transfer_fee_rate", 0, Million),
            CashInterestPpm = fields.Rate(spec.CashInterestRate, "cash_interest_rate", 0, Million) ?? 0,
            ExchangeRules = !spec.IgnoreExchangeRules,
            FillRule = FillRuleOf(spec.FillPrice),
            AuctionPolicy = spec.AuctionRowsOnly ? AuctionPolicy.AuctionRows : AuctionPolicy.BarOfDay,
            HeartbeatMinutes = spec.HeartbeatMinutes,
            WarmUpDays = spec.WarmUpDays,
            LimitFillRule = spec.LimitFill == LimitFill.Touch ? LimitFillRule.Touch : LimitFillRule.Through,
            FillsAtPriceLimit = spec.FillsAtPriceLimit,
            RightsPolicy = spec.RightsPolicy == Contracts.Backtest.V1.RightsPolicy.Subscribe ? Engine.RightsPolicy.Subscribe : Engine.RightsPolicy.Lapse,
            DividendTax = !spec.IgnoreDividendTax,
            SuspensionPolicy = spec.RejectSuspended ? SuspensionPolicy.Reject : SuspensionPolicy.Rest,
            Slippage = new Slippage(SlippageOf(spec.SlippageKind), spec.SlippageValue),
            Benchmark = [.. Benchmark(spec, fields)],
            Margin = Margin(spec.Margin, "margin", fields),
            Accounts = Accounts(spec, fields),
            StartDate = fields.Date(spec.StartDate, "start_date"),
            EndDate = fields.Date(spec.EndDate, "end_date"),
            Seed = spec.Seed,
        };
        settings = WithOptional(spec, settings, fields);
        if (fields.Errors.Count == 0)
        {
            fields.Errors.AddRange(settings.Validate().Where(error => error.Field != "endDate").Select(error => error with { Field = SnakeOf(error.Field) }));
        }

        return settings;
    }

    private static BacktestSettings WithOptional(BacktestSpec spec, BacktestSettings settings, SpecFields fields)
    {
        if (spec.LiftVolumeCap && spec.VolumeCap.Length > 0)
        {
            fields.Add("FIELD_CONFLICT", "volume_cap", "volume_cap and lift_volume_cap exclude each other; give one of them.");
        }

        settings = spec.LiftVolumeCap ? settings with { VolumeCapPpm = null }
            : spec.VolumeCap.Length == 0 ? settings
            : settings with { VolumeCapPpm = fields.Rate(spec.VolumeCap, "volume_cap", 1, Million) };
        settings = spec.FeeIncrement.Length == 0 ? settings : settings with { FeeIncrement = fields.Amount(spec.FeeIncrement, "fee_increment", mayBeZero: false) };
        settings = spec.OrderCountMax == 0 ? settings : settings with { OrderCountMax = spec.OrderCountMax };
        if (spec.BaseCurrency.Length > 0)
        {
            fields.Currency(spec.BaseCurrency, "base_currency");
            settings = settings with { BaseCurrency = spec.BaseCurrency };
        }

        return settings;
    }

    private static FillRule FillRuleOf(FillPrice price) => price switch
    {
        FillPrice.NextClose => FillRule.NextClose,
        FillPrice.NextVwap => FillRule.NextVwap,
        FillPrice.NextAuction => FillRule.NextAuction,
        FillPrice.SameClose => FillRule.SameClose,
        _ => FillRule.NextOpen,
    };

    private static EngineSlippageKind SlippageOf(Contracts.Backtest.V1.SlippageKind kind) => kind switch
    {
        Contracts.Backtest.V1.SlippageKind.Ticks => EngineSlippageKind.Ticks,
        Contracts.Backtest.V1.SlippageKind.BasisPoints => EngineSlippageKind.BasisPoints,
        Contracts.Backtest.V1.SlippageKind.VolumeShare => EngineSlippageKind.VolumeShare,
        _ => default,
    };

    private static IEnumerable<EngineBenchmarkPart> Benchmark(BacktestSpec spec, SpecFields fields)
    {
        if (spec.Benchmark.Count > BenchmarkPartsMax)
        {
            fields.Add("LIMIT_EXCEEDED", "benchmark", $"A benchmark has at most {BenchmarkPartsMax} parts, got {spec.Benchmark.Count}.");
            yield break;
        }

        for (int i = 0; i < spec.Benchmark.Count; i++)
        {
            Symbol? symbol = fields.SymbolOf(spec.Benchmark[i].Symbol, $"benchmark[{i}].symbol");
            string weight = spec.Benchmark[i].Weight.Length == 0 ? "1" : spec.Benchmark[i].Weight;
            long? ppm = fields.Rate(weight, $"benchmark[{i}].weight", 1, Million);
            if (symbol is { } known && ppm is { } share)
            {
                yield return new EngineBenchmarkPart(known, share);
            }
        }
    }

    private static MarginSettings? Margin(MarginTerms? terms, string at, SpecFields fields)
    {
        if (terms is null)
        {
            return null;
        }

        var standard = new MarginSettings();
        return new MarginSettings
        {
            InitialLongPpm = fields.Rate(terms.InitialLongRate, $"{at}.initial_long_rate", 1, Million) ?? standard.InitialLongPpm,
            InitialShortPpm = fields.Rate(terms.InitialShortRate, $"{at}.initial_short_rate", 1, 2 * Million) ?? standard.InitialShortPpm,
            MaintenanceLongPpm = fields.Rate(terms.MaintenanceLongRate, $"{at}.maintenance_long_rate", 0, Million) ?? standard.MaintenanceLongPpm,
            MaintenanceShortPpm = fields.Rate(terms.MaintenanceShortRate, $"{at}.maintenance_short_rate", 0, Million) ?? standard.MaintenanceShortPpm,
            BorrowPpm = fields.Rate(terms.BorrowRate, $"{at}.borrow_rate", 0, Million) ?? standard.BorrowPpm,
            DebtPpm = fields.Rate(terms.DebtRate, $"{at}.debt_rate", 0, Million) ?? standard.DebtPpm,
            CallPolicy = terms.CallPolicy == Contracts.Backtest.V1.MarginCallPolicy.Report ? Engine.MarginCallPolicy.Report : Engine.MarginCallPolicy.Liquidate,
        };
    }

    private static ImmutableArray<AccountSettings> Accounts(BacktestSpec spec, SpecFields fields)
    {
        if (spec.Accounts.Count > AccountsMax)
        {
            fields.Add("LIMIT_EXCEEDED", "accounts", $"A backtest has at most {AccountsMax} accounts, got {spec.Accounts.Count}.");
            return [];
        }

        return [.. spec.Accounts.Select((account, i) => AccountOf(account, $"accounts[{i}]", fields))];
    }

    private static AccountSettings AccountOf(Account account, string at, SpecFields fields)
    {
        if (account.Name.Length is 0 or > NameLengthMax || account.Name.Any(char.IsControl))
        {
            fields.Add("NAME_INVALID", $"{at}.name", $"{at}.name must have 1 to {NameLengthMax} characters, was \"{account.Name}\".");
        }

        if (account.Cash.Count is 0 or > BalancesMax)
        {
            fields.Add("COUNT_OUT_OF_RANGE", $"{at}.cash", $"{at}.cash must have 1 to {BalancesMax} entries, got {account.Cash.Count}.");
        }

        List<EngineCash> cash = [];
        for (int i = 0; i < Math.Min(account.Cash.Count, BalancesMax); i++)
        {
            fields.Currency(account.Cash[i].Currency, $"{at}.cash[{i}].currency");
            cash.Add(new EngineCash(account.Cash[i].Currency, fields.Amount(account.Cash[i].Amount, $"{at}.cash[{i}].amount", mayBeZero: true)));
        }

        return new AccountSettings(account.Name, cash, Margin(account.Margin, $"{at}.margin", fields));
    }

    private static string SnakeOf(string name) => name == "slippage"
        ? "slippage_value"
        : string.Concat(name.Select(c => char.IsUpper(c) ? "_" + char.ToLowerInvariant(c) : c.ToString()));
}
