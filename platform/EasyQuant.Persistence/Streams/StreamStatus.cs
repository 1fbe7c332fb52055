namespace EasyQuant.Persistence.Streams;

/// <summary>A stream as it stands. Immutable.</summary>
/// <param name="Stream">Id.</param>
/// <param name="ProjectId">Project.</param>
/// <param name="Topic">Name of the topic.</param>
/// <param name="State">State of the whole.</param>
/// <param name="Reason">Why it was aborted; empty otherwise.</param>
/// <param name="Producers">The producers by number.</param>
/// <param name="Groups">The consumer groups by name.</param>
public sealed record StreamStatus(
    string Stream, string ProjectId, string Topic, StreamState State, string Reason,
    IReadOnlyList<StreamProducerStatus> Producers, IReadOnlyList<StreamGroupStatus> Groups);
