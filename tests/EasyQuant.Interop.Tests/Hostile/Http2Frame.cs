namespace EasyQuant.Interop.Tests.Hostile;

/// <summary>A frame as it came.</summary>
/// <param name="Type">RFC 9113 section 6: 1 HEADERS, 3 RST_STREAM, 7 GOAWAY and so on.</param>
/// <param name="Stream">Its stream; 0 for the connection.</param>
/// <param name="Payload">What follows the nine bytes of the header.</param>
internal sealed record Http2Frame(byte Type, int Stream, byte[] Payload);
