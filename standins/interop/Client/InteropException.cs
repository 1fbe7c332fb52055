namespace EasyQuant.GrpcInterop.Client;

/// <summary>The peer did something else than a case expects; the message says what.</summary>
internal sealed class InteropException(string message) : Exception(message);
