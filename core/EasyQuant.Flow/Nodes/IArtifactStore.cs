using EasyQuant.Data;

namespace EasyQuant.Flow;

/// <summary>Keeps tables by content: the same table is stored once and always under the same reference. Safe for concurrent use.</summary>
public interface IArtifactStore
{
    /// <summary>Stores a table; it is durable when the task completes. Storing it again is harmless.</summary>
    ValueTask<ArtifactRef> SaveAsync(Table table, CancellationToken cancellationToken);

    /// <summary>Loads a stored table and checks its bytes against the reference.</summary>
    /// <exception cref="NodeException"><c>ARTIFACT_NOT_FOUND</c> or <c>ARTIFACT_DAMAGED</c>.</exception>
    ValueTask<Table> LoadAsync(ArtifactRef artifact, CancellationToken cancellationToken);

    /// <summary>Returns the absolute path of the stored file, for readers that map it.</summary>
    string LocalPath(ArtifactRef artifact);
}
