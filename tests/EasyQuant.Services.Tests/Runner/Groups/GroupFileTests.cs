using EasyQuant.Contracts.Group.V1;
using EasyQuant.Data;
using EasyQuant.Testing;
using static EasyQuant.Services.Tests.Runner.Groups.GroupRuns;

namespace EasyQuant.Services.Tests.Runner.Groups;

public sealed class GroupFileTests(TestServersFixture fixture) : IClassFixture<TestServersFixture>
{
    private const int Files = 20;
    private const int RowsPerFile = 1_000;

    [Theory]
    [InlineData("parquet", "parquet", "json")]
    [InlineData("arrow", "arrows", "arrow")]
    [InlineData("arrow", "parquet", "msgpack")]
    public async Task Files_ReadByTwoReplicasAndWrittenByTwo_TheUnionIsExact(string from, string to, string serializer)
    {
        await using RunnerHost host = await RunnerHost.StartAsync(fixture.Servers, lease: "00:00:20");
        string root = Path.Combine(host.Workflow.DataRoot, "files", "default");
        Directory.CreateDirectory(Path.Combine(root, "in"));
        for (int file = 0; file < Files; file++)
        {
            await using FileStream stream = File.Create(Path.Combine(root, "in", $"{file:00}.{from}"));
            Write(Numbers(file), stream, from);
        }

        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        string format = to == "parquet" ? "parquetGzip" : "arrowStream";
        GroupStart start = await StartAsync(
            host,
            $$$"""
            {"schema":"easyquant/groups/1","name":"files","topics":[{"name":"rows","lengthMax":4,"serializer":"{{{serializer}}}"}],"groups":[
              {"id":"read","replicas":2,"shards":3,"outputQueue":"rows","nodes":[{"id":"load","type":"TableLoader","params":{"path":"in/*.{{{from}}}","columns":["n","file"],"chunkSize":300}}]},
              {"id":"write","replicas":2,"inputQueue":"rows","nodes":[{"id":"save","type":"TableExport","params":{"path":"out/rows.{{{to}}}","format":"{{{format}}}"}}]}]}
            """);
        GroupStart ended = await WaitForEndAsync(host, start, deadline.Token);
        Assert.True(ended.State == StartState.Succeeded, ended.ToString());
        Assert.Equal((long)Files * RowsPerFile, ended.Groups[1].Sums.RowCount);
        // No file is read twice, which equal keys would hide.
        Assert.Equal((long)Files * RowsPerFile, ended.Groups[0].Stages[0].RowCount);
        string[] written = Directory.GetFiles(Path.Combine(root, "out", "rows", start.StartId), $"*.{to}");
        Assert.Equal(ended.Groups[1].Sums.ChunkCount, written.Length);
        Table all = Table.Concat([.. written.Select(path => to == "parquet" ? ParquetFile.Read(File.ReadAllBytes(path)) : ArrowFile.Read(File.ReadAllBytes(path)))]);
        Assert.Equal(["n", "file"], all.Columns.Select(column => column.Name));
        Assert.Equal(
            Enumerable.Range(0, Files * RowsPerFile).Select(n => (long)n),
            Enumerable.Range(0, all.RowCount).Select(row => ((Int64Column)all["n"]).Values[row]).Order());
    }

    [Fact]
    public async Task Files_OneIsDamaged_TheStartFailsAndNamesIt()
    {
        await using RunnerHost host = await RunnerHost.StartAsync(fixture.Servers, lease: "00:00:20");
        string root = Path.Combine(host.Workflow.DataRoot, "files", "default");
        Directory.CreateDirectory(root);
        await File.WriteAllTextAsync(Path.Combine(root, "broken.parquet"), "PAR1 and nothing else");
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        GroupStart start = await StartAsync(
            host,
            """
            {"schema":"easyquant/groups/1","name":"broken","groups":[
              {"id":"read","shards":1,"nodes":[{"id":"load","type":"TableLoader","params":{"path":"*.parquet"}},{"id":"save","type":"DbSave","params":{"table":"rows"}}]}]}
            """);
        GroupStart ended = await WaitForEndAsync(host, start, deadline.Token);
        Assert.Equal((StartState.Failed, "IMPORT_FORMAT"), (ended.State, ended.Error.Reason));
        Assert.Contains("broken.parquet", ended.Error.Message, StringComparison.Ordinal);
    }

    private static Table Numbers(int file) => new(
    [
        Int64Column.Create("file", Enumerable.Repeat((long)file, RowsPerFile).ToArray()),
        Int64Column.Create("n", Enumerable.Range(file * RowsPerFile, RowsPerFile).Select(n => (long)n).ToArray()),
    ]);

    private static void Write(Table table, Stream stream, string form)
    {
        if (form == "parquet")
        {
            ParquetFile.Write(table, ParquetCodec.Gzip, stream, CancellationToken.None);
        }
        else
        {
            ArrowFile.Write(table, stream, CancellationToken.None);
        }
    }
}
