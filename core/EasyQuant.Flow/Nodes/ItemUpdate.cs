namespace EasyQuant.Flow;

/// <summary>News about one item of a fan-out.</summary>
/// <param name="Index">Place of the item in the input, counted from 0.</param>
/// <param name="State">Its state now.</param>
/// <param name="Attempt">Attempts started so far; 0 while pending.</param>
/// <param name="Error">Why it failed; null otherwise.</param>
public sealed record ItemUpdate(int Index, ItemState State, int Attempt, StepError? Error);
