namespace EasyQuant.Data;

/// <summary>What can be wrong with a bar, worst first.</summary>
public enum QualityKind
{
    /// <summary>A price is missing, zero or negative.</summary>
    NonPositivePrice = 0,

    /// <summary>Not low &lt;= open, close &lt;= high.</summary>
    OhlcBreach = 1,

    /// <summary>Symbol and day of another bar.</summary>
    Duplicate = 2,

    /// <summary>The close moved by more than the allowed fraction since the symbol's previous bar.</summary>
    OutlierReturn = 3,

    /// <summary>Days on which other symbols traded and this one has no bar.</summary>
    Gap = 4,

    /// <summary>No volume.</summary>
    ZeroVolume = 5,

    /// <summary>A high or low beyond the exchange's price limit by more than a tick.</summary>
    LimitBreach = 6,

    /// <summary>A bar on a day that is no trading day of the calendar.</summary>
    OutsideCalendar = 7,

    /// <summary>The last bar is too old.</summary>
    Stale = 8,
}
