using EasyQuant.Data;
using EasyQuant.Flow;
using EasyQuant.Nodes.Hosting;
using EasyQuant.Nodes.Tests.Data;

namespace EasyQuant.Nodes.Tests.Hosting;

public sealed class LocalArtifactStoreTests
{
    private static readonly Table s_table = new([Int64Column.Create("n", new long[] { 1, 2, 3 })]);

    [Fact]
    public async Task Save_SameTableTwice_IsOneFileThatLoadsBack()
    {
        using var folder = new TempFolder();
        var store = new LocalArtifactStore(folder.Path);
        ArtifactRef one = await store.SaveAsync(s_table, CancellationToken.None);
        ArtifactRef two = await store.SaveAsync(s_table, CancellationToken.None);
        Assert.Equal(one, two);
        Assert.Equal(store.LocalPath(one), Assert.Single(Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories)));
        Assert.Equal(one.ByteCount, new FileInfo(store.LocalPath(one)).Length);
        Assert.True((await store.LoadAsync(one, CancellationToken.None)).ContentEquals(s_table));
    }

    [Fact]
    public async Task Load_DamagedOrMissing_IsNamed()
    {
        using var folder = new TempFolder();
        var store = new LocalArtifactStore(folder.Path);
        ArtifactRef artifact = await store.SaveAsync(s_table, CancellationToken.None);
        await File.AppendAllTextAsync(store.LocalPath(artifact), "x");
        Assert.Equal("ARTIFACT_DAMAGED", (await LoadAsync(store, artifact)).Reason);
        Assert.Equal("ARTIFACT_NOT_FOUND", (await LoadAsync(store, artifact with { Sha256 = new string('a', 64) })).Reason);
        Assert.Equal("ARTIFACT_NOT_FOUND", (await LoadAsync(store, artifact with { Sha256 = "../../etc/passwd" })).Reason);
    }

    private static Task<NodeException> LoadAsync(LocalArtifactStore store, ArtifactRef artifact) =>
        Assert.ThrowsAsync<NodeException>(async () => await store.LoadAsync(artifact, CancellationToken.None));
}
