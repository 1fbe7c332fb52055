namespace EasyQuant.Domain;

/// <summary>A set of fields of a <see cref="Bar"/>; its trading date is always there.</summary>
[Flags]
public enum BarFields
{
    /// <summary>No field.</summary>
    None = 0,

    /// <summary>First price.</summary>
    Open = 1,

    /// <summary>Highest price.</summary>
    High = 2,

    /// <summary>Lowest price.</summary>
    Low = 4,

    /// <summary>Last price.</summary>
    Close = 8,

    /// <summary>Traded quantity.</summary>
    Volume = 16,

    /// <summary>Reference price of the day.</summary>
    PreviousClose = 32,

    /// <summary>Traded value.</summary>
    Amount = 64,

    /// <summary>Every field.</summary>
    All = Open | High | Low | Close | Volume | PreviousClose | Amount,
}
