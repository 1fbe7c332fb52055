using System.Security.Cryptography;
using EasyQuant.Contracts.Data.V1;
using EasyQuant.ServiceDefaults.Errors;
using EasyQuant.Testing;
using Google.Protobuf;
using Grpc.Core;

namespace EasyQuant.Services.Tests.Backtest;

public sealed class DataServiceTests(TestServersFixture fixture) : IClassFixture<TestServersFixture>
{
    private readonly CancellationTokenSource _deadline = new(TimeSpan.FromMinutes(3));

    [Fact]
    public async Task Upload_Parts_ShowTheFileWholeAtTheEnd()
    {
        await using BacktestHost host = await BacktestHost.StartAsync(fixture.Servers, _deadline.Token);
        byte[] content = new byte[5000];
        new Random(1).NextBytes(content);
        string id = Guid.NewGuid().ToString("D");
        string hash = Convert.ToHexStringLower(SHA256.HashData(content));
        string path = Path.Combine(host.DataRoot, "files", "default", "a", "x.csv");

        Assert.Equal(2000, (await PartAsync(host, id, content, 0, 2000)).ByteCount);
        Assert.False(File.Exists(path));
        Assert.Equal(2000, (await PartAsync(host, id, content, 0, 2000)).ByteCount);
        RpcError gap = await BacktestHost.RefusedAsync(() => PartAsync(host, id, content, 3000, 1000));
        Assert.Equal((StatusCode.FailedPrecondition, "UPLOAD_OFFSET", "2000"), (gap.Status, gap.Reason, gap.Metadata["byte_count"]));
        UploadFileResponse last = await PartAsync(host, id, content, 2000, 3000, hash);
        Assert.Equal((5000L, true), (last.ByteCount, last.Complete));
        Assert.Equal(content, await File.ReadAllBytesAsync(path, _deadline.Token));
        UploadFileResponse repeated = await PartAsync(host, id, content, 2000, 3000, hash);
        Assert.Equal(last, repeated);

        ListFilesResponse list = await host.Data.ListFilesAsync(new ListFilesRequest { PathPrefix = "a/" }, BacktestHost.Headers());
        DataFile file = Assert.Single(list.Files);
        Assert.Equal(("a/x.csv", 5000L), (file.Path, file.ByteCount));
        ListFilesResponse foreign = await host.Data.ListFilesAsync(new ListFilesRequest(), BacktestHost.Headers("other"));
        Assert.Empty(foreign.Files);
    }

    [Fact]
    public async Task Upload_WrongChecksum_ShowsNothingAndStartsAnew()
    {
        await using BacktestHost host = await BacktestHost.StartAsync(fixture.Servers, _deadline.Token);
        byte[] content = [1, 2, 3];
        string id = Guid.NewGuid().ToString("D");
        RpcError error = await BacktestHost.RefusedAsync(() => PartAsync(host, id, content, 0, 3, new string('0', 64)));
        Assert.Equal("UPLOAD_CHECKSUM", error.Reason);
        Assert.Empty((await host.Data.ListFilesAsync(new ListFilesRequest(), BacktestHost.Headers())).Files);
        Assert.True((await PartAsync(host, id, content, 0, 3, Convert.ToHexStringLower(SHA256.HashData(content)))).Complete);
    }

    [Theory]
    [InlineData("a")]
    [InlineData("a/x.csv/y")]
    public async Task Upload_PathTaken_IsRefused(string path)
    {
        await using BacktestHost host = await BacktestHost.StartAsync(fixture.Servers, _deadline.Token);
        await PartAsync(host, Guid.NewGuid().ToString("D"), [1], 0, 1, "");
        RpcError error = await BacktestHost.RefusedAsync(() => host.Data.UploadFileAsync(
            new UploadFileRequest { Path = path, UploadId = Guid.NewGuid().ToString("D"), Content = ByteString.CopyFrom(1), Last = true },
            BacktestHost.Headers()).ResponseAsync);
        Assert.Equal((StatusCode.FailedPrecondition, "FILE_PATH_TAKEN"), (error.Status, error.Reason));
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("/etc/passwd")]
    [InlineData("a/../../x")]
    [InlineData("a//x")]
    [InlineData("")]
    [InlineData("a\\x")]
    [InlineData("link/x")]
    [InlineData("file")]
    public async Task Upload_PathOutsideTheRoot_IsRefused(string path)
    {
        await using BacktestHost host = await BacktestHost.StartAsync(fixture.Servers, _deadline.Token);
        string root = Path.Combine(host.DataRoot, "files", "default");
        Directory.CreateDirectory(root);
        Directory.CreateSymbolicLink(Path.Combine(root, "link"), host.DataRoot);
        File.CreateSymbolicLink(Path.Combine(root, "file"), Path.Combine(host.DataRoot, "secret"));
        RpcError error = await BacktestHost.RefusedAsync(() => host.Data.UploadFileAsync(
            new UploadFileRequest { Path = path, UploadId = Guid.NewGuid().ToString("D"), Content = ByteString.CopyFrom(1), Last = true },
            BacktestHost.Headers()).ResponseAsync);
        Assert.Equal((StatusCode.InvalidArgument, "FILE_OUTSIDE_ROOT"), (error.Status, error.Reason));
    }

    [Theory]
    [InlineData("../x", "UPLOAD_ID_INVALID")]
    [InlineData("", "UPLOAD_ID_INVALID")]
    public async Task Upload_WrongId_IsRefused(string uploadId, string reason)
    {
        await using BacktestHost host = await BacktestHost.StartAsync(fixture.Servers, _deadline.Token);
        RpcError error = await BacktestHost.RefusedAsync(() => PartAsync(host, uploadId, [1], 0, 1));
        Assert.Equal(reason, error.Reason);
    }

    [Fact]
    public async Task Upload_PartTooLarge_IsRefused()
    {
        await using BacktestHost host = await BacktestHost.StartAsync(fixture.Servers, _deadline.Token);
        byte[] content = new byte[(3 * 1024 * 1024) + 1];
        RpcError error = await BacktestHost.RefusedAsync(() => PartAsync(host, Guid.NewGuid().ToString("D"), content, 0, content.Length));
        Assert.Equal("UPLOAD_PART_TOO_LARGE", error.Reason);
    }

    [Fact]
    public async Task Tables_Saved_AreListedWithoutThePlatformsOwn()
    {
        await using BacktestHost host = await BacktestHost.StartAsync(fixture.Servers, _deadline.Token);
        ListTablesResponse first = await host.Data.ListTablesAsync(new ListTablesRequest { PageSize = 1 }, BacktestHost.Headers());
        ListTablesResponse second = await host.Data.ListTablesAsync(
            new ListTablesRequest { PageSize = 1, PageToken = first.NextPageToken }, BacktestHost.Headers());
        Assert.Equal(("daily_bars", "notes", ""), (first.Tables.Single().Table, second.Tables.Single().Table, second.NextPageToken));
        Assert.Equal(8, first.Tables[0].Columns.Count);
        Assert.Empty((await host.Data.ListTablesAsync(new ListTablesRequest(), BacktestHost.Headers("other"))).Tables);
    }

    [Fact]
    public async Task Table_ReadByPages_GivesEveryRowOnceInKeyOrder()
    {
        await using BacktestHost host = await BacktestHost.StartAsync(fixture.Servers, _deadline.Token);
        List<(string Symbol, long Day)> rows = [];
        string token = "";
        do
        {
            ReadTableResponse page = await host.Data.ReadTableAsync(
                new ReadTableRequest { Table = "daily_bars", PageSize = 77, PageToken = token }, BacktestHost.Headers());
            rows.AddRange(page.Table.Columns[0].Strings.Zip(page.Table.Columns[1].Integers));
            token = page.NextPageToken;
        }
        while (token.Length > 0);

        Assert.Equal(BacktestHost.SymbolCount * BacktestHost.DayCount, rows.Distinct().Count());
        Assert.Equal(rows.Order(), rows);
        ReadTableResponse one = await host.Data.ReadTableAsync(
            new ReadTableRequest { Table = "daily_bars", Symbol = "600002.SH" }, BacktestHost.Headers());
        Assert.Equal(BacktestHost.DayCount, one.Table.RowCount);
        RpcError stale = await BacktestHost.RefusedAsync(() => host.Data.ReadTableAsync(
            new ReadTableRequest { Table = "daily_bars", PageToken = "AAAA" }, BacktestHost.Headers()).ResponseAsync);
        Assert.Equal("PAGE_TOKEN_INVALID", stale.Reason);
    }

    [Fact]
    public async Task Table_WithoutKey_IsReadInFullWithNulls()
    {
        await using BacktestHost host = await BacktestHost.StartAsync(fixture.Servers, _deadline.Token);
        ReadTableResponse first = await host.Data.ReadTableAsync(new ReadTableRequest { Table = "notes", PageSize = 2 }, BacktestHost.Headers());
        ReadTableResponse second = await host.Data.ReadTableAsync(
            new ReadTableRequest { Table = "notes", PageSize = 2, PageToken = first.NextPageToken }, BacktestHost.Headers());
        Assert.Equal((2, 1, ""), (first.Table.RowCount, second.Table.RowCount, second.NextPageToken));
        Assert.Equal([1.5, 0], first.Table.Columns[0].Doubles);
        Assert.All(first.Table.Columns, column => Assert.Equal([1], column.NullRows));
        Assert.Equal("1.25", first.Table.Columns[4].Strings[0]);
        Assert.Equal("c", second.Table.Columns[1].Strings[0]);
        RpcError error = await BacktestHost.RefusedAsync(() => host.Data.ReadTableAsync(
            new ReadTableRequest { Table = "notes", Symbol = "x" }, BacktestHost.Headers()).ResponseAsync);
        Assert.Equal("COLUMN_NOT_FOUND", error.Reason);
    }

    private static async Task<UploadFileResponse> PartAsync(
        BacktestHost host, string uploadId, byte[] content, int offset, int count, string? hash = null) =>
        await host.Data.UploadFileAsync(
            new UploadFileRequest
            {
                Path = "a/x.csv",
                UploadId = uploadId,
                Offset = offset,
                Content = ByteString.CopyFrom(content, offset, count),
                Last = hash is not null,
                Sha256 = hash ?? "",
            },
            BacktestHost.Headers());
}
