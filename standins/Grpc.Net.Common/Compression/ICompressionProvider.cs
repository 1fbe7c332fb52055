using System.IO.Compression;

namespace Grpc.Net.Compression;

/// <summary>One way of compressing messages. Safe for use by many threads.</summary>
public interface ICompressionProvider
{
    /// <summary>The name in the headers <c>grpc-encoding</c> and <c>grpc-accept-encoding</c>.</summary>
    string EncodingName { get; }

    /// <summary>Makes a stream that compresses what is written to it.</summary>
    /// <param name="stream">Takes the compressed bytes; stays open.</param>
    /// <param name="compressionLevel">The level, null for the provider's default.</param>
    /// <returns>The compressing stream.</returns>
    Stream CreateCompressionStream(Stream stream, CompressionLevel? compressionLevel);

    /// <summary>Makes a stream that gives what was compressed.</summary>
    /// <param name="stream">Gives the compressed bytes; stays open.</param>
    /// <returns>The decompressing stream.</returns>
    Stream CreateDecompressionStream(Stream stream);
}
