namespace EasyQuant.Gateway.Rest;

/// <summary>One refused part of a request. Either <paramref name="Pointer"/> or <paramref name="Parameter"/> is set, or neither for the whole request.</summary>
/// <param name="Pointer">JSON pointer (RFC 6901) into the body.</param>
/// <param name="Parameter">Name of a path or query parameter, or of a header.</param>
/// <param name="Code">UPPER_SNAKE reason; null when the service gave none.</param>
/// <param name="Detail">What was expected and what came, a sentence.</param>
internal sealed record FieldProblem(string? Pointer, string? Parameter, string? Code, string Detail);
