namespace EasyQuant.GrpcInterop.Client;

/// <summary>The cases by the names that all implementations of gRPC know them under.</summary>
internal static class InteropCases
{
    private static readonly (string Name, Func<InteropClient, Task> Run)[] s_cases =
    [
        ("empty_unary", UnaryCases.EmptyUnaryAsync),
        ("large_unary", UnaryCases.LargeUnaryAsync),
        ("client_compressed_unary", CompressionCases.ClientCompressedUnaryAsync),
        ("server_compressed_unary", CompressionCases.ServerCompressedUnaryAsync),
        ("client_streaming", StreamingCases.ClientStreamingAsync),
        ("client_compressed_streaming", CompressionCases.ClientCompressedStreamingAsync),
        ("server_streaming", StreamingCases.ServerStreamingAsync),
        ("server_compressed_streaming", CompressionCases.ServerCompressedStreamingAsync),
        ("ping_pong", StreamingCases.PingPongAsync),
        ("empty_stream", StreamingCases.EmptyStreamAsync),
        ("custom_metadata", MetadataCases.CustomMetadataAsync),
        ("status_code_and_message", StatusCases.StatusCodeAndMessageAsync),
        ("special_status_message", StatusCases.SpecialStatusMessageAsync),
        ("unimplemented_method", StatusCases.UnimplementedMethodAsync),
        ("unimplemented_service", StatusCases.UnimplementedServiceAsync),
        ("cancel_after_begin", CancellationCases.CancelAfterBeginAsync),
        ("cancel_after_first_response", CancellationCases.CancelAfterFirstResponseAsync),
        ("timeout_on_sleeping_server", CancellationCases.TimeoutOnSleepingServerAsync),
    ];

    /// <summary>All names, in the order in which <c>all</c> runs them.</summary>
    internal static IReadOnlyList<string> Names { get; } = [.. s_cases.Select(c => c.Name)];

    /// <summary>The case of a name.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    internal static Func<InteropClient, Task> Find(string name) =>
        s_cases.FirstOrDefault(c => c.Name == name).Run
        ?? throw new ArgumentException($"There is no case '{name}'. Cases: {string.Join(", ", Names)}.");
}
