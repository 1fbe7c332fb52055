using System.Text.Json;
using EasyQuant.Data;
using EasyQuant.Flow;
using EasyQuant.Nodes.Data;
using EasyQuant.Nodes.Data.Sql;
using EasyQuant.Persistence;

namespace EasyQuant.Nodes.Tests.Data;

/// <summary>Upserts of chunks: the newest counts, in whatever order they arrive.</summary>
public sealed class DbSaveOrderTests(DatabaseFixture fixture) : IClassFixture<DatabaseFixture>
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web);

    [Theory]
    [InlineData(new[] { 0, 1, 2, 3 })]
    [InlineData(new[] { 3, 2, 1, 0 })]
    [InlineData(new[] { 2, 0, 3, 1 })]
    [InlineData(new[] { 1, 3, 0, 2 })]
    public async Task Upsert_ChunksInAnyOrder_TheNewestStays(int[] arrival)
    {
        string table = "order_" + string.Concat(arrival);
        SaveOrder[] orders = [new(1, 70_000, 3), new(2, 0, 0), new(2, 65_536, 0), new(2, 65_536, 1)];

        foreach (int i in arrival)
        {
            await UpsertAsync(table, orders[i], Row("a", i), Row("only" + i, i));
        }

        Assert.Equal("a=3 only0=0 only1=1 only2=2 only3=3", await RowsAsync(table));
    }

    [Fact]
    public async Task Upsert_NewerChunkWithTheStoredValue_KeepsOlderOnesOut()
    {
        await UpsertAsync("order_same", new SaveOrder(1, 1, 0), Row("a", 7));
        await UpsertAsync("order_same", new SaveOrder(1, 5, 0), Row("a", 7));

        await UpsertAsync("order_same", new SaveOrder(1, 3, 0), Row("a", 8));

        Assert.Equal("a=7", await RowsAsync("order_same"));
    }

    [Fact]
    public async Task Upsert_RowsOfOneKeyInAChunk_TheLastCounts()
    {
        await UpsertAsync("order_twice", new SaveOrder(1, 1, 0), Row("b", 1), Row("a", 1), Row("b", 2), Row("a", 3), Row("b", 0));

        Assert.Equal("a=3 b=0", await RowsAsync("order_twice"));
    }

    [Fact]
    public async Task Upsert_TableWithoutTheColumn_GetsItAndItsRowsAreOlder()
    {
        await fixture.ExecuteAsync("create table order_given(symbol text primary key, close bigint); insert into order_given values ('a', 1), ('b', 1)");

        await UpsertAsync("order_given", new SaveOrder(1, 0, 0), Row("a", 2));
        await UpsertAsync("order_given", new SaveOrder(1, 9, 0), Row("a", 3));
        await UpsertAsync("order_given", new SaveOrder(1, 8, 0), Row("a", 4), Row("b", 4));

        Assert.Equal("a=3 b=4", await RowsAsync("order_given"));
    }

    [Fact]
    public async Task Upsert_ByAStep_OverwritesAndAddsNoColumn()
    {
        await StepAsync("order_step", 1);
        Assert.Equal(0, await fixture.ScalarAsync<long>("select count(*) from pg_attribute where attrelid = 'order_step'::regclass and attname = 'eq_seq'"));

        await UpsertAsync("order_step", new SaveOrder(1, 5, 0), Row("a", 2));
        await StepAsync("order_step", 3);
        Assert.Equal("a=3", await RowsAsync("order_step"));
        await UpsertAsync("order_step", new SaveOrder(1, 4, 0), Row("a", 4));
        Assert.Equal("a=3", await RowsAsync("order_step"));
        await UpsertAsync("order_step", new SaveOrder(1, 6, 0), Row("a", 5));
        Assert.Equal("a=5", await RowsAsync("order_step"));
    }

    [Fact]
    public async Task Upsert_OfSomeColumns_LosesNoneToALaterStart()
    {
        await fixture.ExecuteAsync("create table order_wide(symbol text primary key, close bigint, factor bigint)");
        await UpsertAsync("order_wide", new SaveOrder(1, 5, 0), Row("a", 1));
        await UpsertAsync("order_wide", new SaveOrder(1, 4, 0), Row("a", 9));
        Assert.Equal("a=1", await RowsAsync("order_wide"));

        await UpsertTableAsync("order_wide", new SaveOrder(2, 0, 0), new Table([StringColumn.Create("symbol", ["a"]), Int64Column.Create("factor", new long[] { 3 })]));
        await UpsertAsync("order_wide", new SaveOrder(1, 6, 0), Row("a", 2));

        Assert.Equal("a=2", await RowsAsync("order_wide"));
        Assert.Equal(3, await fixture.ScalarAsync<long>("select factor from order_wide"));
    }

    [Fact]
    public async Task Upsert_ByManyAtOnce_TheNewestStays()
    {
        (string, long)[] Rows(long value) => [.. Enumerable.Range(0, 200).Select(i => Row($"s{i:000}", value))];

        await Task.WhenAll(Enumerable.Range(0, 12).Select(i => UpsertAsync("order_raced", new SaveOrder(1, i * 7 % 12, 0), Rows(i * 7 % 12))));

        Assert.Equal(200, await fixture.ScalarAsync<long>("select count(*) from order_raced where close = 11"));
    }

    [Fact]
    public async Task Upsert_IntoPartitions_TheNewestStays()
    {
        await fixture.ExecuteAsync(
            """
            create table order_parts(symbol text primary key, close bigint) partition by hash (symbol);
            create table order_parts_0 partition of order_parts for values with (modulus 2, remainder 0);
            create table order_parts_1 partition of order_parts for values with (modulus 2, remainder 1)
            """);

        await UpsertAsync("order_parts", new SaveOrder(1, 2, 0), Row("a", 2), Row("b", 2), Row("c", 2));
        await UpsertAsync("order_parts", new SaveOrder(1, 1, 0), Row("a", 1), Row("b", 1), Row("d", 1));

        Assert.Equal("a=2 b=2 c=2 d=1", await RowsAsync("order_parts"));
        NodeException refused = await Assert.ThrowsAsync<NodeException>(async () =>
        {
            await fixture.ExecuteAsync("create table order_whole(symbol text primary key, close bigint) partition by hash (symbol); create table order_part partition of order_whole for values with (modulus 1, remainder 0)");
            await UpsertAsync("order_part", new SaveOrder(1, 1, 0), Row("a", 1));
        });
        Assert.Equal("DB_COLUMN_MISMATCH", refused.Reason);
        Assert.Contains("alter table \"data\".\"order_part\" add column eq_seq uuid", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upsert_UsersOwnColumnOfThatName_IsRefused()
    {
        var table = new Table([StringColumn.Create("symbol", ["a"]), Int64Column.Create("eq_seq", new long[] { 1 })]);
        Assert.Equal("DB_IDENTIFIER", (await Assert.ThrowsAsync<NodeException>(() => UpsertTableAsync("order_own", new SaveOrder(1, 1, 0), table))).Reason);
        await fixture.ExecuteAsync("create table order_own(symbol text primary key, close bigint, eq_seq bigint)");

        NodeException refused = await Assert.ThrowsAsync<NodeException>(() => UpsertAsync("order_own", new SaveOrder(1, 1, 0), Row("a", 1)));

        Assert.Equal("The columns do not fit table \"data\".\"order_own\": `eq_seq` is bigint there, expected uuid.", refused.Message);
    }

    [Fact]
    public async Task Query_AllColumns_LeavesTheOrderOut()
    {
        await UpsertAsync("order_asked", new SaveOrder(1, 2, 3), Row("a", 1));

        Assert.Equal("symbol,close\na,1\n", await QueryAsync("select * from order_asked"));
        Assert.Equal("symbol,close,other\na,1,1\n", await QueryAsync("select x.*, y.close as other, y.eq_seq from order_asked x join order_asked y using (symbol)"));
        Assert.Equal("place\n00000000-0001-0000-0000-000000020003\n", await QueryAsync("select eq_seq::text as place from order_asked"));
    }

    [Theory]
    [InlineData(-1, 0, 0)]
    [InlineData(1L << 48, 0, 0)]
    [InlineData(1, -1, 0)]
    [InlineData(1, 0, 65_536)]
    public void Order_OutOfRange_Throws(long number, long sequence, int producer) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new SaveOrder(number, sequence, producer));

    private static (string Symbol, long Close) Row(string symbol, long close) => (symbol, close);

    private static Table Of(params (string Symbol, long Close)[] rows) =>
        new([StringColumn.Create("symbol", [.. rows.Select(row => row.Symbol)]), Int64Column.Create("close", rows.Select(row => row.Close).ToArray())]);

    private Task UpsertAsync(string target, SaveOrder order, params (string, long)[] rows) => UpsertTableAsync(target, order, Of(rows));

    private async Task UpsertTableAsync(string target, SaveOrder order, Table table)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var plan = SavePlan.Create(table, new DbSaveParameters { Table = target, Mode = DbSaveMode.Upsert, Keys = ["symbol"] });
        await Transactions.RunAsync(
            fixture.Source,
            "order",
            async (connection, token) =>
            {
                await new TableSave(fixture.Database, plan, TimeSpan.FromSeconds(60)).WriteAsync(connection, order, token);
                return true;
            },
            deadline.Token);
    }

    private async Task StepAsync(string target, long close) => await NodeRunner.RunAsync(
        "DbSave",
        $$"""{"table":"{{target}}","mode":"upsert","keys":["symbol"]}""",
        NodeRunner.Services().With(fixture.Database),
        NodeRunner.Context($"{target}-{close}", 1),
        ("table", Of(Row("a", close))));

    private Task<string> RowsAsync(string table) => fixture.ScalarAsync<string>($"select string_agg(symbol || '=' || close, ' ' order by symbol) from {table}");

    private async Task<string> QueryAsync(string sql) => NodeRunner.Csv(
        (await NodeRunner.RunAsync("DbQuery", JsonSerializer.Serialize(new { sql }, s_json), NodeRunner.Services().With(fixture.Database))).Outputs["table"].AsTable());
}
