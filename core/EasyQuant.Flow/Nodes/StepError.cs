namespace EasyQuant.Flow;

/// <summary>Why a step or a run did not succeed.</summary>
/// <param name="Reason">UPPER_SNAKE word.</param>
/// <param name="Message">What happened, for people.</param>
/// <param name="NodeId">The node that failed; null when no single node did.</param>
/// <param name="IsTransient">Whether the same work may succeed later without any change.</param>
public sealed record StepError(string Reason, string Message, string? NodeId = null, bool IsTransient = false);
