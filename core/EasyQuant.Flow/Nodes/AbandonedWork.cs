namespace EasyQuant.Flow;

/// <summary>Node code that did not end within its time after a cancel, so that its step or item ended without it.</summary>
/// <param name="RunId">Id of its run.</param>
/// <param name="NodeId">Id of the node.</param>
/// <param name="NodeType">Type of the node.</param>
/// <param name="Execution">Completes when the code has really ended; what it throws then means nothing.</param>
public sealed record AbandonedWork(string RunId, string NodeId, string NodeType, Task Execution);
