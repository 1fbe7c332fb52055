namespace EasyQuant.Flow;

/// <summary>One thing that is wrong with a workflow or with the inputs of a run.</summary>
/// <param name="Reason">UPPER_SNAKE word, for example <c>UNKNOWN_PORT</c>.</param>
/// <param name="NodeId">The node it is about; null when it is about the workflow.</param>
/// <param name="Pointer">JSON pointer (RFC 6901) into the document, for example <c>/nodes/2/params/period</c>; empty for the whole.</param>
/// <param name="Message">What was expected and what came, for people.</param>
public sealed record FlowError(string Reason, string? NodeId, string Pointer, string Message);
