using System.Text.Json.Nodes;

namespace EasyQuant.Engine;

/// <summary>What reproduces a result to the bit.</summary>
/// <param name="EngineVersion">Engine and its version, for example <c>fast/1</c>.</param>
/// <param name="RuleBookVersion">Edition of the rule book.</param>
/// <param name="DataSha256">Hash of the panel.</param>
/// <param name="Strategy">Name of the strategy.</param>
/// <param name="Parameters">Its parameters with defaults filled in, in the order of the catalogue.</param>
/// <param name="Settings">Cash, costs, rules and period.</param>
public sealed record BacktestManifest(
    string EngineVersion,
    string RuleBookVersion,
    string DataSha256,
    string Strategy,
    JsonObject Parameters,
    BacktestSettings Settings)
{
    /// <summary>Hash of the code of the engine, its rules and its indicators that ran, lower-case hexadecimal: a build from the same sources by the same compiler has the same, in every folder.</summary>
    public string CodeSha256 { get; init; } = EngineCode.Sha256;

    /// <summary>Returns the JSON form: snake_case names, amounts as decimal text, dates as ISO text.</summary>
    public JsonObject ToJson() => new()
    {
        ["engine_version"] = EngineVersion,
        ["code_sha256"] = CodeSha256,
        ["rule_book_version"] = RuleBookVersion,
        ["data_sha256"] = DataSha256,
        ["seed"] = Settings.Seed,
        ["strategy"] = Strategy,
        ["parameters"] = Parameters.DeepClone(),
        ["initial_cash"] = Settings.InitialCash.ToString(),
        ["commission_ppm"] = Settings.CommissionPpm,
        ["commission_minimum"] = Settings.CommissionMinimum.ToString(),
        ["stamp_duty_sell_ppm"] = Settings.StampDutySellPpm,
        ["transfer_fee_ppm"] = Settings.TransferFeePpm,
        ["fee_increment"] = Settings.FeeIncrement.ToString(),
        ["exchange_rules"] = Settings.ExchangeRules,
        ["fill_rule"] = SettingNames.Of(Settings.FillRule),
        ["auction_policy"] = Settings.AuctionPolicy == AuctionPolicy.BarOfDay ? "bar_of_day" : "auction_rows",
        ["assumptions"] = new JsonArray([.. SettingNames.AssumptionsOf(Settings).Select(name => JsonValue.Create(name))]),
        ["limit_fill_rule"] = Settings.LimitFillRule == LimitFillRule.Through ? "through" : "touch",
        ["slippage"] = Settings.Slippage.ToString(),
        ["volume_cap_ppm"] = Settings.VolumeCapPpm,
        ["fills_at_price_limit"] = Settings.FillsAtPriceLimit,
        ["rights_policy"] = Settings.RightsPolicy == RightsPolicy.Lapse ? "lapse" : "subscribe",
        ["dividend_tax"] = Settings.DividendTax,
        ["cash_interest_ppm"] = Settings.CashInterestPpm,
        ["base_currency"] = Settings.BaseCurrency,
        ["accounts"] = SettingNames.Of(Settings.AllAccounts()),
        ["benchmark"] = new JsonArray([.. Settings.Benchmark.Select(part => JsonValue.Create($"{part.Symbol}:{part.WeightPpm}"))]),
        ["suspension_policy"] = Settings.SuspensionPolicy == SuspensionPolicy.Rest ? "rest" : "reject",
        ["warm_up_days"] = Settings.WarmUpDays,
        ["heartbeat_minutes"] = Settings.HeartbeatMinutes,
        ["start_date"] = Settings.StartDate?.ToString("O"),
        ["end_date"] = Settings.EndDate?.ToString("O"),
    };
}
