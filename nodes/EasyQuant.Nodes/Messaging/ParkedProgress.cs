namespace EasyQuant.Nodes.Messaging;

/// <summary>A parked chunk of a process group as a replica tells it. Immutable.</summary>
/// <param name="Id">Number of the chunk among the parked ones of its project; grows.</param>
/// <param name="Topic">Topic that it was read from.</param>
/// <param name="MessageId">Id of its message.</param>
/// <param name="Shard">Logical producer that sent it; null when the message does not say which chunk it is.</param>
/// <param name="Sequence">Its position among the chunks of the shard, counted from 0; null with <paramref name="Shard"/>.</param>
/// <param name="Reason">Why it was parked last, for programs.</param>
/// <param name="Detail">What happened; at most <see cref="ParkedReports.DetailMax"/> characters.</param>
/// <param name="Deliveries">Deliveries up to the last parking.</param>
/// <param name="Replays">Times that a replay has tried it.</param>
/// <param name="Rows">Its rows; 0 when unknown.</param>
/// <param name="Bytes">Bytes of its payload.</param>
/// <param name="CanReplay">Whether its payload is kept.</param>
/// <param name="State"><c>parked</c>, <c>replaying</c> or <c>resolved</c>.</param>
/// <param name="FirstTime">When it was first parked.</param>
/// <param name="LastTime">When it was last parked, replayed or consumed.</param>
public sealed record ParkedProgress(
    long Id, string Topic, string MessageId, int? Shard, long? Sequence, string Reason, string Detail, int Deliveries, int Replays, int Rows, int Bytes, bool CanReplay,
    string State, DateTimeOffset FirstTime, DateTimeOffset LastTime);
