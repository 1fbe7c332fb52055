namespace EasyQuant.Domain;

/// <summary>How long an order rests.</summary>
public enum TimeInForce
{
    /// <summary>Until it fills or is cancelled. The default.</summary>
    GoodTillCancelled = 0,

    /// <summary>Until the end of the trading day of the first bar after its submission.</summary>
    Day,

    /// <summary>Until the end of a stated day, included.</summary>
    GoodTillDate,

    /// <summary>Fills at the first bar as far as it can; the rest is cancelled.</summary>
    ImmediateOrCancel,

    /// <summary>Fills at the first bar in full, or not at all.</summary>
    FillOrKill,
}
