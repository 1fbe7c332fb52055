namespace EasyQuant.Persistence.Streams;

/// <summary>
/// Who takes producers one after the other, and whose are free for it at once. What it holds under its own name when it takes the next one is free too: it was taken by a call
/// whose answer was lost. Immutable.
/// </summary>
/// <param name="Name">Its name, for example <c>run/{id}/{epoch}/{lane}</c>; it holds one producer at a time.</param>
/// <param name="Former">What the names of its predecessors begin with, for example <c>run/{id}/</c>: they are dead, or zombies that are refused. Empty for none.</param>
/// <param name="Siblings">What the names of the predecessors' living successors begin with, for example <c>run/{id}/{epoch}/</c>; what they hold is not free. Empty for none.</param>
public sealed record StreamOwner(string Name, string Former, string Siblings);
