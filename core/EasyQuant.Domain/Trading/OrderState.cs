namespace EasyQuant.Domain;

/// <summary>Where an order stands.</summary>
public enum OrderState
{
    /// <summary>Waits to fill or to fill further; may become any other state.</summary>
    Resting = 0,

    /// <summary>Filled in full. Final.</summary>
    Filled,

    /// <summary>Filled for less than asked: a rule, the cash or the position bound; the rest is cancelled. Final.</summary>
    Clipped,

    /// <summary>Not filled: a rule, the cash or the position forbade it. Final.</summary>
    Rejected,

    /// <summary>Its time in force or the data ended before the order filled in full; it may have filled in part. Final.</summary>
    Expired,

    /// <summary>Cancelled by the strategy, by the other order of its pair or by a corporate action; it may have filled in part. Final.</summary>
    Cancelled,
}
