using System.IO.Compression;
using Grpc.Net.Compression;

namespace EasyQuant.GrpcInterop;

/// <summary>Compresses as another provider and marks each message that is inflated.</summary>
internal sealed class MarkingProvider(ICompressionProvider inner) : ICompressionProvider
{
    public string EncodingName => inner.EncodingName;

    public Stream CreateCompressionStream(Stream stream, CompressionLevel? compressionLevel) =>
        inner.CreateCompressionStream(stream, compressionLevel);

    public Stream CreateDecompressionStream(Stream stream)
    {
        CompressionMarks.Mark();
        return inner.CreateDecompressionStream(stream);
    }
}
