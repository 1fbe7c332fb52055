using Grpc.Core.Utils;

namespace Grpc.Core;

/// <summary>Shorthand for reading a stream of messages.</summary>
public static class AsyncStreamReaderExtensions
{
    /// <summary>Moves to the next message without a cancellation token.</summary>
    /// <typeparam name="T">The message.</typeparam>
    /// <param name="streamReader">The stream.</param>
    /// <returns>False at the end of the stream.</returns>
    public static Task<bool> MoveNext<T>(this IAsyncStreamReader<T> streamReader)
        where T : class
    {
        GrpcPreconditions.CheckNotNull(streamReader, nameof(streamReader));
        return streamReader.MoveNext(CancellationToken.None);
    }
}
