using System.Globalization;
using System.Security.Cryptography;
using EasyQuant.Data;
using EasyQuant.Flow;

namespace EasyQuant.Nodes.Hosting;

/// <summary>
/// Tables as files named by the SHA-256 of their bytes, below <c>folder/ab/abcd....eqt</c>. Written to a temporary name, flushed to the disk, then renamed
/// in, so a file under its final name is complete. Several processes may share the folder.
/// </summary>
public sealed class LocalArtifactStore : IArtifactStore
{
    private const int BufferSize = 256 * 1024;

    private readonly string _root;

    /// <summary>Serves a folder; it is created when it does not exist.</summary>
    public LocalArtifactStore(string folder)
    {
        Directory.CreateDirectory(folder);
        _root = Path.GetFullPath(folder);
    }

    /// <inheritdoc/>
    public ValueTask<ArtifactRef> SaveAsync(Table table, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(table);
        cancellationToken.ThrowIfCancellationRequested();
        string temporary = Path.Combine(_root, $".{Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}-{Guid.NewGuid():N}.tmp");
        try
        {
            string hash;
            long length;
            using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, BufferSize))
            using (var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256))
            {
                using (var hashing = new HashingStream(file, sha))
                {
                    TableFile.Write(table, hashing);
                }

                hash = Convert.ToHexStringLower(sha.GetHashAndReset());
                length = file.Position;
                var artifact = new ArtifactRef(hash, length, table.RowCount);
                if (File.Exists(LocalPath(artifact)))
                {
                    return new ValueTask<ArtifactRef>(artifact);
                }

                file.Flush(flushToDisk: true);
            }

            var saved = new ArtifactRef(hash, length, table.RowCount);
            string target = LocalPath(saved);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Move(temporary, target, overwrite: true);
            return new ValueTask<ArtifactRef>(saved);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<Table> LoadAsync(ArtifactRef artifact, CancellationToken cancellationToken)
    {
        string path = LocalPath(artifact);
        byte[] bytes;
        try
        {
            bytes = await File.ReadAllBytesAsync(path, cancellationToken);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new NodeException("ARTIFACT_NOT_FOUND", $"There is no stored table {artifact.Sha256}.", transient: false, e);
        }

        if (Convert.ToHexStringLower(SHA256.HashData(bytes)) != artifact.Sha256)
        {
            throw new NodeException("ARTIFACT_DAMAGED", $"The stored table {artifact.Sha256} does not match its name.");
        }

        return TableFile.Read(bytes);
    }

    /// <inheritdoc/>
    /// <exception cref="NodeException"><c>ARTIFACT_NOT_FOUND</c>: the reference is not a SHA-256.</exception>
    public string LocalPath(ArtifactRef artifact)
    {
        ArgumentNullException.ThrowIfNull(artifact);
        if (artifact.Sha256.Length != 64 || artifact.Sha256.AsSpan().IndexOfAnyExcept("0123456789abcdef") >= 0)
        {
            throw new NodeException("ARTIFACT_NOT_FOUND", "An artifact is named by 64 lower-case hexadecimal digits.");
        }

        return Path.Combine(_root, artifact.Sha256[..2], artifact.Sha256 + ".eqt");
    }
}
