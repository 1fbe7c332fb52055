using EasyQuant.Domain;
using WireRule = EasyQuant.Contracts.Market.V1.Rule;

namespace EasyQuant.BacktestService.Grpc;

/// <summary>Writes rule-book rows in their wire form.</summary>
internal static class RuleWriter
{
    private const int RateScale = 6;

    /// <summary>Returns the rows in force on a day, one a board, by kind and board.</summary>
    public static IEnumerable<WireRule> InForce(RuleBook book, DateOnly date) => book.Rules
        .SelectMany(rule => rule.Boards.Select(board => (Rule: rule, Board: board)))
        .Where(pair => Equals(Current(book, pair.Rule, pair.Board, date), pair.Rule))
        .Select(pair => Write(pair.Rule, pair.Board))
        .OrderBy(rule => rule.Kind, StringComparer.Ordinal)
        .ThenBy(rule => rule.Board, StringComparer.Ordinal)
        .ThenBy(rule => rule.RuleId, StringComparer.Ordinal);

    public static string BoardName(Board board) => board.ToString().ToLowerInvariant();

    private static Rule? Current(RuleBook book, Rule rule, Board board, DateOnly date) => rule switch
    {
        PriceLimitRule limit => book.PriceLimit(board, date, limit.IsSpecialTreatment),
        NewListingRule => book.NewListing(board, date),
        LotRule => book.Lot(board, date),
        TickRule => book.Tick(board, date),
        SettlementRule => book.Settlement(board, date),
        StampDutyRule => book.StampDuty(board, date),
        TransferFeeRule => book.TransferFee(board, date),
        FeeRoundingRule => book.FeeRounding(board, date),
        _ => null,
    };

    private static WireRule Write(Rule rule, Board board)
    {
        (string kind, string value) = rule switch
        {
            PriceLimitRule limit => (limit.IsSpecialTreatment ? "price_limit_st" : "price_limit", Rate(limit.LimitPpm)),
            NewListingRule listing => ("new_listing", $"{listing.FreeDays} days without limit"),
            LotRule lot => ("lot", $"at least {lot.Minimum}, steps of {lot.Step}"),
            TickRule tick => ("tick", tick.Tick.ToString()),
            SettlementRule settlement => ("settlement", $"T+{settlement.ShareDays}"),
            StampDutyRule stamp => ("stamp_duty", $"buy {Rate(stamp.BuyPpm)}, sell {Rate(stamp.SellPpm)}"),
            TransferFeeRule fee => ("transfer_fee", Rate(fee.RatePpm)),
            FeeRoundingRule rounding => ("commission", $"fees to {rounding.Increment}, half up"),
            _ => ("other", ""),
        };
        return new WireRule
        {
            RuleId = rule.Id,
            Kind = kind,
            Board = BoardName(board),
            EffectiveDate = rule.EffectiveFrom.ToString("O"),
            Value = value,
            Source = rule.Source,
            Confidence = rule.Confidence == RuleConfidence.High ? "high" : "low",
        };
    }

    private static string Rate(long ppm) => ScaledDecimal.FormatShort(ppm, RateScale);
}
