using EasyQuant.Domain;

namespace EasyQuant.Data;

/// <summary>Which bars of a panel, and how their prices are adjusted.</summary>
public sealed record PanelQuery
{
    /// <summary>Symbols; null (default) = all. A symbol that the panel lacks is an error.</summary>
    public IReadOnlyList<Symbol>? Symbols { get; init; }

    /// <summary>First trading date, included; null = from the first.</summary>
    public DateOnly? From { get; init; }

    /// <summary>Last trading date, included; null = to the last.</summary>
    public DateOnly? To { get; init; }

    /// <summary>How prices are adjusted. Default as traded. Volume and amount are never adjusted.</summary>
    public PriceAdjustment Adjustment { get; init; } = PriceAdjustment.None;

    /// <summary>
    /// The date on which the query is asked: steps that were not known then have no effect, and no bar after it is returned. Null (default): the date of
    /// <see cref="To"/>, else the last of the calendar.
    /// </summary>
    public DateOnly? AsOf { get; init; }
}
