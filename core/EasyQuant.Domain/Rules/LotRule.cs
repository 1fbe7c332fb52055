using System.Collections.Immutable;

namespace EasyQuant.Domain;

/// <summary>Which order quantities are allowed.</summary>
/// <param name="Id">Stable id.</param>
/// <param name="Boards">The boards the row is for.</param>
/// <param name="EffectiveFrom">First day in force, included.</param>
/// <param name="Source">Where the value is from.</param>
/// <param name="Confidence">How well the row is founded.</param>
/// <param name="Minimum">Smallest order in shares, at least 1.</param>
/// <param name="Step">Quantities above the minimum grow by this many shares, at least 1.</param>
public sealed record LotRule(
    string Id,
    ImmutableArray<Board> Boards,
    DateOnly EffectiveFrom,
    string Source,
    RuleConfidence Confidence,
    long Minimum,
    long Step) : Rule(Id, Boards, EffectiveFrom, Source, Confidence)
{
    /// <summary>Returns the largest allowed buy of at most <paramref name="wanted"/> shares, 0 when even the minimum is more.</summary>
    /// <param name="wanted">Shares, at least 0.</param>
    public long FloorBuy(long wanted) => wanted < Minimum ? 0 : Minimum + ((wanted - Minimum) / Step * Step);

    /// <summary>
    /// Returns the largest allowed sale of at most <paramref name="wanted"/> shares: the whole position always, otherwise at least the
    /// minimum in steps, where a remainder below a step may go along when nothing of it stays behind.
    /// </summary>
    /// <param name="wanted">Shares, 0 to <paramref name="held"/>.</param>
    /// <param name="held">Shares held.</param>
    public long FloorSell(long wanted, long held)
    {
        if (wanted == held)
        {
            return wanted;
        }

        long remainder = held % Step;
        return wanted >= Minimum + remainder && (wanted - remainder) % Step == 0 ? wanted : FloorBuy(wanted);
    }
}
