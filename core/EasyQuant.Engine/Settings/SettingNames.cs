using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace EasyQuant.Engine;

/// <summary>Names of settings in manifests and results.</summary>
internal static class SettingNames
{
    public static string Of(FillRule rule) => rule switch
    {
        FillRule.NextOpen => "next_open",
        FillRule.NextClose => "next_close",
        FillRule.NextVwap => "next_vwap",
        FillRule.NextAuction => "next_auction",
        _ => "same_close",
    };

    /// <summary>Names every reading that is not the default and bears on fills, in a fixed order.</summary>
    public static ImmutableArray<string> AssumptionsOf(BacktestSettings settings)
    {
        ImmutableArray<string>.Builder builder = ImmutableArray.CreateBuilder<string>();
        Add(settings.FillRule != FillRule.NextOpen, "fill_rule." + Of(settings.FillRule));
        Add(settings.AuctionPolicy == AuctionPolicy.AuctionRows, "auction.rows");
        Add(settings.LimitFillRule == LimitFillRule.Touch, "limit_fill.touch");
        Add(settings.FillsAtPriceLimit, "price_limit.fills");
        Add(!settings.ExchangeRules, "exchange_rules.off");
        Add(settings.ExchangeRules && settings.VolumeCapPpm is null, "volume_cap.off");
        return builder.ToImmutable();

        void Add(bool applies, string name)
        {
            if (applies)
            {
                builder.Add(name);
            }
        }
    }

    /// <summary>Accounts as JSON: name, cash by currency, terms for borrowing or null.</summary>
    public static JsonArray Of(IEnumerable<AccountSettings> accounts) => new([.. accounts.Select(account => (JsonNode)new JsonObject
    {
        ["name"] = account.Name,
        ["cash"] = new JsonObject(account.Cash.Select(cash => KeyValuePair.Create(cash.Currency, (JsonNode?)cash.Amount.ToString()))),
        ["margin"] = account.Margin is { } margin ? Of(margin) : null,
    })]);

    private static JsonObject Of(MarginSettings margin) => new()
    {
        ["initial_long_ppm"] = margin.InitialLongPpm,
        ["initial_short_ppm"] = margin.InitialShortPpm,
        ["maintenance_long_ppm"] = margin.MaintenanceLongPpm,
        ["maintenance_short_ppm"] = margin.MaintenanceShortPpm,
        ["borrow_ppm"] = margin.BorrowPpm,
        ["debt_ppm"] = margin.DebtPpm,
        ["call_policy"] = margin.CallPolicy == MarginCallPolicy.Liquidate ? "liquidate" : "report",
    };
}
