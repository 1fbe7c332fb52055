namespace EasyQuant.Nodes.Hosting;

/// <summary>A whole answer of an HTTP server.</summary>
/// <param name="Status">Status code.</param>
/// <param name="ContentType">Media type without parameters, lower case; empty when the server named none.</param>
/// <param name="Charset">Charset of the media type; empty when the server named none.</param>
/// <param name="Body">The content after inflating.</param>
public sealed record HttpAnswer(int Status, string ContentType, string Charset, byte[] Body);
