using System.Security.Cryptography;
using EasyQuant.Data;

namespace EasyQuant.Flow.Tests.Support;

/// <summary>Stored tables in memory.</summary>
internal sealed class FakeArtifacts : IArtifactStore
{
    private readonly Dictionary<string, Table> _tables = [];

    public int Loads { get; private set; }

    public ValueTask<ArtifactRef> SaveAsync(Table table, CancellationToken cancellationToken)
    {
        byte[] bytes = TableFile.ToBytes(table);
        string name = Convert.ToHexStringLower(SHA256.HashData(bytes));
        _tables[name] = table;
        return new ValueTask<ArtifactRef>(new ArtifactRef(name, bytes.Length, table.RowCount));
    }

    public ValueTask<Table> LoadAsync(ArtifactRef artifact, CancellationToken cancellationToken)
    {
        Loads++;
        return new ValueTask<Table>(_tables[artifact.Sha256]);
    }

    public string LocalPath(ArtifactRef artifact) => artifact.Sha256;
}
