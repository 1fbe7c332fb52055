namespace EasyQuant.Flow;

/// <summary>What the ledger knows about a fan-out.</summary>
/// <param name="IsKnown">Whether an earlier execution of the step kept items that count.</param>
/// <param name="Place">Where the earlier execution decided to run them; unknown when it had not decided.</param>
/// <param name="Reason">Why there; empty when not decided.</param>
public sealed record FanOutOpening(bool IsKnown, ItemPlace Place, string Reason);
