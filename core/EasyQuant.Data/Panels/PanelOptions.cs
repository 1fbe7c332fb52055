using EasyQuant.Domain;

namespace EasyQuant.Data;

/// <summary>How a table of bars becomes a panel.</summary>
public sealed record PanelOptions
{
    /// <summary>Data set, <c>[a-z0-9][a-z0-9._-]{0,62}</c>.</summary>
    public required string Dataset { get; init; }

    /// <summary>Length of the bars. Default a day.</summary>
    public PanelInterval Interval { get; init; } = PanelInterval.Day;

    /// <summary>Trading days of the exchange; a bar on another day is an error. Null (default): the days of the table.</summary>
    public TradingCalendar? Calendar { get; init; }

    /// <summary>What is known about instruments; those that the bars lack are ignored. Default nothing.</summary>
    public IReadOnlyList<InstrumentFacts> Facts { get; init; } = [];

    /// <summary>Bars of room behind the longest row, 0 to 10,000,000; null (default) means an eighth of it, at least 64.</summary>
    public int? Room { get; init; }
}
