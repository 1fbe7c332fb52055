namespace EasyQuant.Persistence.Streams;

/// <summary>What to send again. Immutable.</summary>
/// <param name="Id">Number of the parked row.</param>
/// <param name="Group">Consumer group that it is for; the others drop it by its key.</param>
/// <param name="MessageId">Id to send it with, the same as before.</param>
/// <param name="Position">Which chunk.</param>
/// <param name="Encoding">Name of the encoding.</param>
/// <param name="RowCount">Rows of the payload.</param>
/// <param name="Payload">The payload.</param>
public sealed record ParkedPayload(long Id, string Group, string MessageId, StreamPosition Position, string Encoding, int RowCount, byte[] Payload);
