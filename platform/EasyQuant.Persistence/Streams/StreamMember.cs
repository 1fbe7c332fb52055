namespace EasyQuant.Persistence.Streams;

/// <summary>One consumer of a group, as its transactions name it. Immutable.</summary>
/// <param name="Stream">Id of the stream.</param>
/// <param name="Group">Consumer group.</param>
/// <param name="Resource">What is fenced, for example <c>run/{id}</c>; one for each replica: their epochs differ, and the newest would shut out the others.</param>
/// <param name="Epoch">Epoch of the consumer's lease.</param>
public sealed record StreamMember(string Stream, string Group, string Resource, long Epoch);
