namespace EasyQuant.Persistence.Streams;

/// <summary>A parked chunk as it is listed. Immutable.</summary>
/// <param name="Id">Number of the row; grows.</param>
/// <param name="Stream">Id of the stream.</param>
/// <param name="Group">Consumer group that could not consume it.</param>
/// <param name="MessageId">Id of its message.</param>
/// <param name="Position">Which chunk; null when unknown.</param>
/// <param name="Reason">Reason for programs.</param>
/// <param name="Detail">What happened.</param>
/// <param name="StackHash">Equal for equal stack traces; empty when there was none.</param>
/// <param name="Encoding">Name of the encoding.</param>
/// <param name="RowCount">Rows; 0 when unknown.</param>
/// <param name="ByteCount">Bytes of the payload, also when only its beginning is kept.</param>
/// <param name="HasPayload">Whether the payload is kept whole and can be sent again.</param>
/// <param name="ParkCount">Times that it was parked.</param>
/// <param name="ReplayCount">Times that a replay was asked for.</param>
/// <param name="State"><c>parked</c>, <c>replaying</c> or <c>resolved</c>.</param>
/// <param name="FirstTime">When it was first parked.</param>
/// <param name="LastTime">When it was last parked, replayed or consumed.</param>
/// <param name="RedeliveryCount">Times that it had been given out before when it was last parked.</param>
public sealed record ParkedRow(
    long Id, string Stream, string Group, string MessageId, StreamPosition? Position, string Reason, string Detail, string StackHash, string Encoding,
    int RowCount, int ByteCount, bool HasPayload, int ParkCount, int ReplayCount, string State, DateTimeOffset FirstTime, DateTimeOffset LastTime, int RedeliveryCount);
