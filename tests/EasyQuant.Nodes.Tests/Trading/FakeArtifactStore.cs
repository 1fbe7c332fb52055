using System.Collections.Concurrent;
using System.Security.Cryptography;
using EasyQuant.Data;
using EasyQuant.Flow;

namespace EasyQuant.Nodes.Tests.Trading;

/// <summary>Keeps artifacts in memory and counts loads.</summary>
internal sealed class FakeArtifactStore : IArtifactStore
{
    private readonly ConcurrentDictionary<string, byte[]> _files = new();
    private int _loadCount;

    public int LoadCount => _loadCount;

    public ValueTask<ArtifactRef> SaveAsync(Table table, CancellationToken cancellationToken)
    {
        byte[] bytes = TableFile.ToBytes(table);
        string sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes));
        _files[sha256] = bytes;
        return ValueTask.FromResult(new ArtifactRef(sha256, bytes.Length, table.RowCount));
    }

    public ValueTask<Table> LoadAsync(ArtifactRef artifact, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _loadCount);
        return _files.TryGetValue(artifact.Sha256, out byte[]? bytes)
            ? ValueTask.FromResult(TableFile.Read(bytes))
            : throw new NodeException("ARTIFACT_NOT_FOUND", $"There is no artifact {artifact.Sha256}.");
    }

    public string LocalPath(ArtifactRef artifact) => throw new NotSupportedException("Kept in memory.");
}
