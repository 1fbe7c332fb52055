namespace EasyQuant.Persistence.Faults;

/// <summary>Thrown by a failpoint with the action <c>throw</c>. A passing fault, like a lost reply.</summary>
/// <param name="point">Name of the failpoint.</param>
public sealed class FailpointException(string point) : IOException($"Failpoint {point} was hit.");
