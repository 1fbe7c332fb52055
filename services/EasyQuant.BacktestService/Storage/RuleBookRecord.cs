using EasyQuant.Domain;

namespace EasyQuant.BacktestService.Storage;

/// <summary>The rule book of a backtest.</summary>
/// <param name="Book">The rules.</param>
/// <param name="Json">Its text; null for the shipped one.</param>
internal sealed record RuleBookRecord(RuleBook Book, string? Json)
{
    /// <summary>The shipped one.</summary>
    public static RuleBookRecord China { get; } = new(RuleBook.China, null);
}
