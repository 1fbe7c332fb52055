using System.Collections.Immutable;
using System.Globalization;
using EasyQuant.Data;
using EasyQuant.Domain;
using EasyQuant.Engine;
using EasyQuant.Flow;

namespace EasyQuant.Nodes.Trading;

/// <summary>Turns the texts of the node's parameters into settings; says every fault at once.</summary>
internal static class BacktestSettingsReader
{
    private const int RateScale = 6;

    public static BacktestSettings Read(BacktestParameters parameters)
    {
        List<string> faults = [];
        BacktestSettings settings = new()
        {
            InitialCash = Amount("cash", parameters.Cash, faults),
            CommissionPpm = Rate("commissionRate", parameters.CommissionRate, faults) ?? 0,
            CommissionMinimum = Amount("commissionMinimum", parameters.CommissionMinimum, faults),
            StampDutySellPpm = Rate("stampDutyRate", parameters.StampDutyRate, faults),
            TransferFeePpm = Rate("transferFeeRate", parameters.TransferFeeRate, faults),
            ExchangeRules = parameters.ExchangeRules,
            FillRule = parameters.FillRule,
            AuctionPolicy = parameters.Auctions,
            HeartbeatMinutes = parameters.HeartbeatMinutes,
            WarmUpDays = parameters.WarmUpDays,
            OrderCountMax = parameters.OrderCountMax,
            SuspensionPolicy = parameters.Suspension,
            LimitFillRule = parameters.LimitFillRule,
            Slippage = new Slippage(parameters.Slippage, parameters.SlippageValue),
            VolumeCapPpm = Rate("volumeCap", parameters.VolumeCap, faults),
            FillsAtPriceLimit = parameters.FillsAtPriceLimit,
            RightsPolicy = parameters.RightsPolicy,
            DividendTax = parameters.DividendTax,
            CashInterestPpm = Rate("cashInterestRate", parameters.CashInterestRate, faults) ?? 0,
            StartDate = Date("startDate", parameters.StartDate, faults),
            EndDate = Date("endDate", parameters.EndDate, faults),
            Benchmark = Benchmark(parameters.Benchmark, faults),
            BaseCurrency = parameters.BaseCurrency,
        };
        if (!PanelInterval.TryParse(parameters.TickInterval, out _))
        {
            faults.Add($"tickInterval must be 1d, 1m to 720m or 1h to 12h, was \"{parameters.TickInterval}\".");
        }

        if (faults.Count == 0)
        {
            faults.AddRange(settings.Validate().Select(error => error.Message));
        }

        return faults.Count == 0 ? settings : throw new NodeException("PARAMETER_OUT_OF_RANGE", string.Join(" ", faults));
    }

    private static ImmutableArray<BenchmarkPart> Benchmark(string? text, List<string> faults)
    {
        ImmutableArray<BenchmarkPart>.Builder parts = ImmutableArray.CreateBuilder<BenchmarkPart>();
        foreach (string one in text?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [])
        {
            int colon = one.IndexOf(':', StringComparison.Ordinal);
            string weight = colon < 0 ? "1" : one[(colon + 1)..];
            if (!Symbol.TryNormalize(colon < 0 ? one : one[..colon], out Symbol symbol) || !ScaledDecimal.TryParse(weight, RateScale, out long ppm))
            {
                faults.Add($"benchmark must be symbols with weights such as 000300.SH:0.6,000905.SH:0.4, has \"{one}\".");
                continue;
            }

            parts.Add(new BenchmarkPart(symbol, ppm));
        }

        return parts.ToImmutable();
    }

    private static Money Amount(string name, string text, List<string> faults)
    {
        if (!Money.TryParse(text, out Money money))
        {
            faults.Add($"{name} must be an amount with at most {Money.Scale} decimal places, was \"{text}\".");
        }

        return money;
    }

    private static long? Rate(string name, string? text, List<string> faults)
    {
        if (text is null)
        {
            return null;
        }

        if (!ScaledDecimal.TryParse(text, RateScale, out long ppm))
        {
            faults.Add($"{name} must be a fraction with at most {RateScale} decimal places, was \"{text}\".");
        }

        return ppm;
    }

    private static DateOnly? Date(string name, string? text, List<string> faults)
    {
        if (text is null)
        {
            return null;
        }

        if (!DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly date))
        {
            faults.Add($"{name} must be a date such as 2024-01-31, was \"{text}\".");
        }

        return date;
    }
}
