namespace EasyQuant.Client;

/// <summary>How a client reaches the Gateway.</summary>
public sealed class EasyQuantClientOptions
{
    /// <summary>gRPC address of the Gateway, for example <c>http://127.0.0.1:5081</c>. Required.</summary>
    public required Uri Address { get; init; }

    /// <summary>Text of the API key: <c>eq_...</c>. Required.</summary>
    public required string Key { get; init; }

    /// <summary>Deadline of unary calls that set none; 30 s by default. Streams have none.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Largest message to receive, in bytes; 16 MiB by default.</summary>
    public int MessageBytesMax { get; init; } = 16 * 1024 * 1024;

    /// <summary>The clock of deadlines; the system's by default.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
