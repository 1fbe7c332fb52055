namespace EasyQuant.Faults.Oracles;

/// <summary>One line of a history.</summary>
/// <param name="Order">Position, counted from 1 without gaps.</param>
/// <param name="Key">Key of the effect that the call asked for.</param>
/// <param name="Outcome">What the client knew at that moment.</param>
internal sealed record HistoryEntry(long Order, string Key, CallOutcome Outcome);
