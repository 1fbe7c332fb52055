using EasyQuant.BacktestSandbox.Plans;
using EasyQuant.BacktestService.Files;
using EasyQuant.BacktestService.Storage;
using EasyQuant.Contracts.Backtest.V1;
using EasyQuant.Data;
using EasyQuant.Domain;
using EasyQuant.Engine;
using WireAdjustment = EasyQuant.Contracts.Backtest.V1.PriceAdjustment;
using DatedRate = EasyQuant.BacktestSandbox.Plans.DatedRate;

namespace EasyQuant.BacktestService.Grpc;

/// <summary>Reads which bars a spec asks for.</summary>
internal static class SpecData
{
    /// <summary>Local time of the mainland's exchanges less UTC, in minutes.</summary>
    public const int UtcOffsetDefault = 480;

    private const int SymbolsMax = 5_000;
    private const int CurrenciesMax = 20;
    private const int RatesMax = 20_000;

    /// <summary>Reads the data of a spec.</summary>
    /// <param name="spec">The spec.</param>
    /// <param name="settings">Its settings: the period, and the symbols of the benchmark, which are read too.</param>
    /// <param name="fields">Takes what is wrong.</param>
    public static CheckedData Read(BacktestSpec spec, BacktestSettings settings, SpecFields fields)
    {
        string[] symbols = Symbols(spec, fields);
        string[] benchmark = [.. settings.Benchmark.Select(part => part.Symbol.ToString())];
        string[] read = symbols.Length == 0 ? [] : [.. symbols.Concat(benchmark).Distinct().Order(StringComparer.Ordinal)];
        var filter = new BarFilter(read, settings.StartDate ?? DateOnly.MinValue, settings.EndDate ?? DateOnly.MaxValue);
        RatePlan[] rates = Rates(spec, fields);
        if (spec.Ticks is { } ticks)
        {
            return new CheckedData(ticks.Table, filter, null, new MarketPlan(null, rates) { Universe = symbols, Benchmark = benchmark, Ticks = Ticks(spec, ticks, fields) });
        }

        if (spec.Panel is null)
        {
            return new CheckedData(spec.Table, filter, null, new MarketPlan(null, rates) { Universe = symbols, Benchmark = benchmark });
        }

        if (spec.Table.Length > 0)
        {
            fields.Add("FIELD_CONFLICT", "table", "table and panel exclude each other; give one of them.");
        }

        PanelKey key = Key(spec.Panel, fields);
        DateOnly? asOf = fields.Date(spec.Panel.AsOfDate, "panel.as_of_date") ?? settings.EndDate;
        Data.PriceAdjustment adjustment = spec.Panel.Adjustment switch
        {
            WireAdjustment.Forward => Data.PriceAdjustment.Forward,
            WireAdjustment.Backward => Data.PriceAdjustment.Backward,
            _ => Data.PriceAdjustment.None,
        };
        return new CheckedData("", filter, key, new MarketPlan(new PanelPlan(read, adjustment, asOf), rates) { Universe = symbols, Benchmark = benchmark });
    }

    private static TickPlan Ticks(BacktestSpec spec, TickData ticks, SpecFields fields)
    {
        if (spec.Table.Length > 0 || spec.Panel is not null)
        {
            fields.Add("FIELD_CONFLICT", "ticks", "ticks excludes table and panel: the bars are made of the ticks.");
        }

        if (spec.MissingBars == MissingBars.Refuse)
        {
            fields.Add("FIELD_CONFLICT", "missing_bars", "missing_bars cannot refuse with ticks: a time without a trade has no bar and misses none.");
        }

        if (ticks.Table.Length == 0)
        {
            fields.Add("FIELD_REQUIRED", "ticks.table", "ticks.table is required.");
        }

        if (!PanelInterval.TryParse(ticks.Interval, out _))
        {
            fields.Add("VALUE_OUT_OF_RANGE", "ticks.interval", $"ticks.interval must be 1d, 1m to 720m or 1h to 12h, was \"{ticks.Interval}\".");
        }

        if (ticks.UtcOffsetMinutes is < -720 or > 840)
        {
            fields.Add("VALUE_OUT_OF_RANGE", "ticks.utc_offset_minutes", $"ticks.utc_offset_minutes must be -720 to 840, was {ticks.UtcOffsetMinutes}.");
        }

        return new TickPlan(ticks.Interval, ticks.UtcOffsetMinutes);
    }

    private static PanelKey Key(PanelData panel, SpecFields fields)
    {
        if (!PanelBuilder.IsDataset(panel.Dataset))
        {
            fields.Add("NAME_INVALID", "panel.dataset", $"panel.dataset must be 1 to 63 of a-z, 0-9, \".\", \"_\", \"-\", the first a letter or digit, was \"{panel.Dataset}\".");
        }

        if (!PanelInterval.TryParse(panel.Interval, out PanelInterval interval))
        {
            fields.Add("VALUE_OUT_OF_RANGE", "panel.interval", $"panel.interval must be 1d, 1m to 720m or 1h to 12h, was \"{panel.Interval}\".");
        }

        if (panel.Version is < 0 or > PanelKey.VersionMax)
        {
            fields.Add("VALUE_OUT_OF_RANGE", "panel.version", $"panel.version must be 0 to {PanelKey.VersionMax}, was {panel.Version}.");
        }

        return new PanelKey(panel.Dataset, interval, panel.Version);
    }

    private static string[] Symbols(BacktestSpec spec, SpecFields fields)
    {
        if (spec.Symbols.Count > SymbolsMax)
        {
            fields.Add("LIMIT_EXCEEDED", "symbols", $"At most {SymbolsMax} symbols are allowed, got {spec.Symbols.Count}.");
            return [];
        }

        SortedSet<string> symbols = new(StringComparer.Ordinal);
        for (int i = 0; i < spec.Symbols.Count; i++)
        {
            if (fields.SymbolOf(spec.Symbols[i], $"symbols[{i}]") is { } symbol)
            {
                symbols.Add(symbol.ToString());
            }
        }

        return [.. symbols];
    }

    private static RatePlan[] Rates(BacktestSpec spec, SpecFields fields)
    {
        if (spec.ExchangeRates.Count > CurrenciesMax || spec.ExchangeRates.DistinctBy(one => one.Currency).Count() < spec.ExchangeRates.Count)
        {
            fields.Add("LIMIT_EXCEEDED", "exchange_rates", $"exchange_rates must name at most {CurrenciesMax} currencies, each once.");
            return [];
        }

        return [.. spec.ExchangeRates.Select((one, i) => Rates(one, $"exchange_rates[{i}]", fields))];
    }

    private static RatePlan Rates(ExchangeRates rates, string at, SpecFields fields)
    {
        fields.Currency(rates.Currency, $"{at}.currency");
        if (rates.Rates.Count is 0 or > RatesMax)
        {
            fields.Add("COUNT_OUT_OF_RANGE", $"{at}.rates", $"{at}.rates must have 1 to {RatesMax} entries, got {rates.Rates.Count}.");
            return new RatePlan(rates.Currency, [new DatedRate(DateOnly.MinValue, 1)]);
        }

        List<DatedRate> read = [];
        for (int i = 0; i < rates.Rates.Count && fields.Errors.Count < 100; i++)
        {
            DateOnly from = fields.Date(rates.Rates[i].StartDate, $"{at}.rates[{i}].start_date") ?? DateOnly.MinValue;
            if (!ScaledDecimal.TryParse(rates.Rates[i].Rate, FxRates.Scale, out long rate) || rate <= 0)
            {
                fields.Add("PARAMETER_OUT_OF_RANGE", $"{at}.rates[{i}].rate", $"{at}.rates[{i}].rate must be above 0 with at most {FxRates.Scale} decimal places, was \"{rates.Rates[i].Rate}\".");
            }

            if (read.Count > 0 && from <= read[^1].From)
            {
                fields.Add("RANGE_INVALID", $"{at}.rates[{i}].start_date", $"{at}.rates must ascend by start_date; entry {i} is not after the one before.");
            }

            read.Add(new DatedRate(from, rate));
        }

        return new RatePlan(rates.Currency, read);
    }
}
