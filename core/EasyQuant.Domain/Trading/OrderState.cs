namespace EasyQuant.Domain;

/// <summary>Where an order stands.</summary>
public enum OrderState
{
    /// <summary>Waits for the next open; may become any other state.</summary>
    Resting = 0,

    /// <summary>Filled in full. Final.</summary>
    Filled,

    /// <summary>Filled for less than asked: a rule, the cash or the position bound; the rest is cancelled. Final.</summary>
    Clipped,

    /// <summary>Not filled: a rule, the cash or the position forbade it. Final.</summary>
    Rejected,

    /// <summary>The data ended before the order could fill. Final.</summary>
    Expired,
}
