using System.Collections.Concurrent;
using System.Security.Cryptography;
using EasyQuant.Data;
using EasyQuant.Flow;

namespace EasyQuant.Nodes.Tests.Trading;

/// <summary>Keeps artifacts in memory and counts loads.</summary>
/// <param name="ready">A load waits for it; null when none waits.</param>
internal sealed class FakeArtifactStore(Task? ready = null) : IArtifactStore
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

    public async ValueTask<Table> LoadAsync(ArtifactRef artifact, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _loadCount);
        await (ready ?? Task.CompletedTask).WaitAsync(cancellationToken);
        return _files.TryGetValue(artifact.Sha256, out byte[]? bytes)
            ? TableFile.Read(bytes)
            : throw new NodeException("ARTIFACT_NOT_FOUND", $"There is no artifact {artifact.Sha256}.");
    }

    public string LocalPath(ArtifactRef artifact) => throw new NotSupportedException("Kept in memory.");
}
