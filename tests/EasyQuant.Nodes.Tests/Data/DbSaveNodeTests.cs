using System.Text.Json.Nodes;
using EasyQuant.Data;
using EasyQuant.Flow;
using EasyQuant.Nodes.Data.Files;
using EasyQuant.Nodes.Data.Sql;
using EasyQuant.Persistence.Faults;

namespace EasyQuant.Nodes.Tests.Data;

public sealed class DbSaveNodeTests(DatabaseFixture fixture) : IClassFixture<DatabaseFixture>
{
    private static readonly Table s_two = NodeRunner.Bars("600000,2024-01-02,6.61,6.67,6.60,6.65,100,665", "600001,2024-01-02,5,5,5,5,100,500");
    private static readonly Table s_mixed = NodeRunner.Bars(
        "600000,2024-01-02,6.61,6.67,6.60,6.66,100,665", "600001,2024-01-02,5,5,5,5,100,500", "600002,2024-01-02,7,7,7,7,100,700", "600002,2024-01-02,8,8,8,8,100,800");

    [Fact]
    public async Task Save_EveryType_ArrivesExactly()
    {
        var builder = new TableBuilder(
        [
            new ColumnSchema("t", ColumnType.String), new ColumnSchema("d", ColumnType.Date), new ColumnSchema("ts", ColumnType.Timestamp), new ColumnSchema("b", ColumnType.Bool),
            new ColumnSchema("i", ColumnType.Int64), new ColumnSchema("f", ColumnType.Float64), new ColumnSchema("m0", ColumnType.Decimal), new ColumnSchema("m4", ColumnType.Decimal, 4),
            new ColumnSchema("m6", ColumnType.Decimal, 6), new ColumnSchema("m18", ColumnType.Decimal, 18),
        ]);
        foreach (long units in (long[])[0, 1, -1, 9_999, 10_000, 123_456_789, -100_000_000, long.MaxValue, long.MinValue, 1_000_000_000_000_000_000, 42_000])
        {
            builder[0].Append("a中😀'\"\\");
            builder[1].AppendRaw(units % 700_000);
            builder[2].AppendRaw(units % 1_000_000_000_000);
            builder[3].Append(units % 2 == 0);
            builder[4].Append(units);
            builder[5].Append(units / 3.0);
            for (int c = 6; c < builder.ColumnCount; c++)
            {
                builder[c].AppendRaw(units);
            }
        }

        builder.AppendRow(null, null, null, null, null, null, null, null, null, null);
        Table table = builder.Build();

        await SaveAsync("""{"table":"every_type"}""", table, "types");
        Table read = (await QueryAsync("""{"sql":"select * from every_type order by i nulls last, t"}""")).Outputs["table"].AsTable();

        Assert.Equal(NodeRunner.Csv(TableSort.Sort(table, ("i", false), ("t", false))), NodeRunner.Csv(read));
        Assert.Equal(table.Schema, read.Schema);
    }

    [Fact]
    public async Task Save_Append_AddsAllRows()
    {
        string first = await SaveAsync("""{"table":"appended"}""", s_two, "append-1");
        string second = await SaveAsync("""{"table":"appended"}""", s_mixed, "append-2");

        Assert.Equal("""{"table":"data.appended","mode":"append","rows":2,"inserted":2,"updated":0,"skipped":0}""", first);
        Assert.Equal("""{"table":"data.appended","mode":"append","rows":4,"inserted":4,"updated":0,"skipped":0}""", second);
        Assert.Equal(6, await fixture.ScalarAsync<long>("select count(*) from appended"));
    }

    [Theory]
    [InlineData("append", null)]
    [InlineData("insertNew", "30s")]
    [InlineData("upsert", "30s")]
    public async Task Save_WorkerThatStandsStill_KeepsItsLocksForABoundedTime(string mode, string? expected)
    {
        string usual = await fixture.ScalarAsync<string>("select current_setting('idle_in_transaction_session_timeout')");
        string table = $"idle_{mode.ToLowerInvariant()}";
        string keys = mode == "append" ? "" : ""","keys":["symbol","trading_date"]""";
        string parameters = $$"""{"table":"{{table}}","mode":"{{mode}}","timeoutSeconds":300{{keys}}}""";
        await SaveAsync(parameters, s_two, table);
        await fixture.ExecuteAsync(
            $"""
            delete from {table};
            alter table {table} add column idle text default current_setting('idle_in_transaction_session_timeout');
            create table {table}_after(idle text);
            create or replace function note_idle() returns trigger language plpgsql as
                $$ begin insert into {table}_after values (current_setting('idle_in_transaction_session_timeout')); return new; end $$;
            create trigger note_idle before update on eq_effects for each row execute function note_idle();
            """);
        try
        {
            await SaveAsync(parameters, s_two, $"{table}-again");
        }
        finally
        {
            await fixture.ExecuteAsync("drop trigger note_idle on eq_effects");
        }

        Assert.NotEqual("0", usual);
        Assert.Equal(expected ?? usual, await fixture.ScalarAsync<string>($"select string_agg(distinct idle, ',') from {table}"));
        Assert.Equal(usual, await fixture.ScalarAsync<string>($"select string_agg(distinct idle, ',') from {table}_after"));
    }

    [Fact]
    public async Task Save_InsertNew_LeavesStoredRowsAlone()
    {
        const string Parameters = """{"table":"inserted","mode":"insertNew","keys":["symbol","trading_date"]}""";
        await SaveAsync(Parameters, s_two, "insert-1");

        string second = await SaveAsync(Parameters, s_mixed, "insert-2");

        Assert.Equal("""{"table":"data.inserted","mode":"insertNew","rows":4,"inserted":1,"updated":0,"skipped":3}""", second);
        Assert.Equal("6.6500 5.0000 7.0000", await fixture.ScalarAsync<string>("select string_agg(close::text, ' ' order by symbol) from inserted"));
    }

    [Fact]
    public async Task Save_Upsert_ReplacesOnlyWhatDiffers()
    {
        const string Parameters = """{"table":"upserted","mode":"upsert","keys":["symbol","trading_date"]}""";
        await SaveAsync(Parameters, s_two, "upsert-1");

        string second = await SaveAsync(Parameters, s_mixed, "upsert-2");
        string third = await SaveAsync(Parameters, s_mixed, "upsert-3");

        Assert.Equal("""{"table":"data.upserted","mode":"upsert","rows":4,"inserted":1,"updated":1,"skipped":2}""", second);
        Assert.Equal("""{"table":"data.upserted","mode":"upsert","rows":4,"inserted":0,"updated":0,"skipped":4}""", third);
        Assert.Equal("6.6600 5.0000 8.0000", await fixture.ScalarAsync<string>("select string_agg(close::text, ' ' order by symbol) from upserted"));
    }

    [Theory]
    [InlineData("append")]
    [InlineData("upsert")]
    public async Task Save_SameEffectKeyAgain_WritesNothingAndAnswersTheSame(string mode)
    {
        string parameters = $$"""{"table":"repeated_{{mode}}","mode":"{{mode}}","keys":["symbol","trading_date"]}""";

        string first = await SaveAsync(parameters, s_two, "repeat-" + mode);
        string second = await SaveAsync(parameters, s_two, "repeat-" + mode);

        Assert.Equal(first, second);
        Assert.Equal(2, await fixture.ScalarAsync<long>($"select count(*) from repeated_{mode}"));
    }

    [Fact]
    public async Task Save_ReplyLostAfterCommit_IsFoundByTheRetry()
    {
        string result;
        using (Failpoints.Arm("db-save.after-commit:throw:1"))
        {
            result = await SaveAsync("""{"table":"lost_reply"}""", s_two, "lost");
        }

        Assert.Contains("\"inserted\":2", result, StringComparison.Ordinal);
        Assert.Equal(2, await fixture.ScalarAsync<long>("select count(*) from lost_reply"));
    }

    [Fact]
    public async Task Save_FaultBeforeCommit_IsRolledBackAndRepeated()
    {
        string result;
        using (Failpoints.Arm("db-save.before-commit:throw:1"))
        {
            result = await SaveAsync("""{"table":"rolled_back"}""", s_two, "rolled");
        }

        Assert.Contains("\"inserted\":2", result, StringComparison.Ordinal);
        Assert.Equal(2, await fixture.ScalarAsync<long>("select count(*) from rolled_back"));
    }

    [Fact]
    public async Task Save_OldEpoch_RefusedAndNothingWritten()
    {
        await SaveAsync("""{"table":"fenced"}""", s_two, "fenced", epoch: 5);

        NodeException error = await Assert.ThrowsAsync<NodeException>(() => SaveAsync("""{"table":"fenced_other"}""", s_two, "fenced", epoch: 4));

        Assert.Equal("EPOCH_STALE", error.Reason);
        Assert.True(await fixture.ScalarAsync<bool>("select to_regclass('data.fenced_other') is null"));
    }

    [Fact]
    public async Task Save_TwoWritersOfNewKeys_EachKeyOnce()
    {
        Table many = NodeRunner.Bars([.. Enumerable.Range(0, 3000).Select(i => $"{600000 + i},2024-01-02,5,5,5,5,100,500")]);
        const string Parameters = """{"table":"raced","mode":"insertNew","keys":["symbol","trading_date"]}""";

        string[] results = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => SaveAsync(Parameters, many, "race-" + i)));

        Assert.Equal(3000, results.Sum(r => (long)JsonNode.Parse(r)!["inserted"]!));
        Assert.Equal(3000, await fixture.ScalarAsync<long>("select count(*) from raced"));
    }

    [Fact]
    public async Task Save_TwoUpsertersOfNewKeys_EachKeyOnceAndEveryRowCounted()
    {
        const string Parameters = """{"table":"raced_upsert","mode":"upsert","keys":["symbol","trading_date"]}""";

        string[] results = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => SaveAsync(Parameters, Closing(i + 1), "race-upsert-" + i)));

        Assert.Equal(3000, results.Sum(r => (long)JsonNode.Parse(r)!["inserted"]!));
        Assert.Equal(9000, results.Sum(r => (long)JsonNode.Parse(r)!["updated"]!));
        Assert.Equal(3000, await fixture.ScalarAsync<long>("select count(*) from raced_upsert"));
        Assert.Equal(1, await fixture.ScalarAsync<long>("select count(distinct close) from raced_upsert"));

        static Table Closing(int close) =>
            NodeRunner.Bars([.. Enumerable.Range(0, 3000).Select(i => $"{600000 + i},2024-01-02,{close},{close},{close},{close},100,500")]);
    }

    [Fact]
    public async Task Save_UpsertIntoPartitions_CountsInsertedAndUpdatedApart()
    {
        const string Parameters = """{"table":"parted","mode":"upsert","keys":["symbol","trading_date"]}""";
        await SaveAsync(Parameters.Replace("parted", "model", StringComparison.Ordinal), s_two, "parted-model");
        await fixture.ExecuteAsync(
            """
            create table parted(like model, primary key (symbol, trading_date)) partition by hash (symbol);
            create table parted_0 partition of parted for values with (modulus 2, remainder 0);
            create table parted_1 partition of parted for values with (modulus 2, remainder 1)
            """);
        await SaveAsync(Parameters, s_two, "parted-1");

        string second = await SaveAsync(Parameters, s_mixed, "parted-2");

        Assert.Equal("""{"table":"data.parted","mode":"upsert","rows":4,"inserted":1,"updated":1,"skipped":2}""", second);
    }

    [Fact]
    public async Task Save_UpsertOfKeysAlone_AddsTheNewOnes()
    {
        const string Parameters = """{"table":"keys_alone","mode":"upsert","keys":["symbol","trading_date"]}""";
        await SaveAsync(Parameters, s_two.Select("symbol", "trading_date"), "keys-1");

        string second = await SaveAsync(Parameters, s_mixed.Select("symbol", "trading_date"), "keys-2");

        Assert.Equal("""{"table":"data.keys_alone","mode":"upsert","rows":4,"inserted":1,"updated":0,"skipped":3}""", second);
    }

    [Fact]
    public async Task Save_ColumnsDoNotFit_ErrorNamesThem()
    {
        await fixture.ExecuteAsync("create table misfit(symbol text, trading_date text, open numeric(10,2), high numeric(19,4), low numeric, close numeric(30,6), volume bigint, note text not null)");

        NodeException error = await Assert.ThrowsAsync<NodeException>(() => SaveAsync("""{"table":"misfit"}""", s_two, "misfit"));

        Assert.Equal("DB_COLUMN_MISMATCH", error.Reason);
        Assert.Equal(
            "The columns do not fit table \"data\".\"misfit\": `trading_date` is text there, expected date; `open` is numeric(10,2) there, expected numeric(19,4); "
            + "`amount` does not exist there, it would be numeric(19,4); `note` needs a value there and is not in the input.",
            error.Message);
    }

    [Fact]
    public async Task Save_NoUniqueIndex_SaysWhichIsNeeded()
    {
        await SaveAsync("""{"table":"keyless"}""", s_two, "keyless-1");

        NodeException error = await Assert.ThrowsAsync<NodeException>(
            () => SaveAsync("""{"table":"keyless","mode":"upsert","keys":["trading_date","symbol"]}""", s_two, "keyless-2"));

        Assert.Equal("Table \"data\".\"keyless\" has no unique index on exactly (trading_date, symbol), which the mode needs; create one.", error.Message);
    }

    [Fact]
    public async Task Save_AppendOfStoredKey_NamesTheConstraint()
    {
        const string Parameters = """{"table":"keyed","mode":"append","keys":["symbol","trading_date"]}""";
        await SaveAsync(Parameters, s_two, "keyed-1");

        NodeException error = await Assert.ThrowsAsync<NodeException>(() => SaveAsync(Parameters, s_two, "keyed-2"));

        Assert.Equal("DB_KEY_EXISTS", error.Reason);
        Assert.DoesNotContain("600000", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"table":"x\"; drop table y; --"}""", "PARAMETER_OUT_OF_RANGE")]
    [InlineData("""{"table":"eq_effects"}""", "PARAMETER_OUT_OF_RANGE")]
    [InlineData("""{"table":"x","mode":"upsert"}""", "PARAMETER_OUT_OF_RANGE")]
    [InlineData("""{"table":"x","mode":"upsert","keys":["no_such"]}""", "DB_KEY_MISSING")]
    public async Task Save_BadParameters_Refused(string parameters, string reason)
    {
        NodeException error = await Assert.ThrowsAsync<NodeException>(() => SaveAsync(parameters, s_two, "bad"));

        Assert.Equal(reason, error.Reason);
    }

    [Fact]
    public async Task Save_ColumnThatIsNoIdentifier_Refused()
    {
        Table table = new([Int64Column.Create("a\" int); drop table x; --", new long[] { 1 })]);

        Assert.Equal("DB_IDENTIFIER", (await Assert.ThrowsAsync<NodeException>(() => SaveAsync("""{"table":"x"}""", table, "ident"))).Reason);
    }

    [Fact]
    public async Task Save_MissingKeyValue_NamesTheRow()
    {
        Table table = new([StringColumn.Create("symbol", ["a", null])]);

        NodeException error = await Assert.ThrowsAsync<NodeException>(() => SaveAsync("""{"table":"x","mode":"upsert","keys":["symbol"]}""", table, "null-key"));

        Assert.Equal(("DB_KEY_NULL", "Key column `symbol` has no value in row 1."), (error.Reason, error.Message));
    }

    [Fact]
    public async Task Save_NoDatabase_WritesFilesOnceForEachEffect()
    {
        using var folder = new TempFolder();
        NodeServices services = NodeRunner.Services().With<ITableSink>(new FolderTableSink(folder.Path));

        JsonNode result = (await NodeRunner.RunAsync("DbSave", """{"table":"bars"}""", services, null, ("table", s_two))).Outputs["result"].AsJson()!;
        await NodeRunner.RunAsync("DbSave", """{"table":"bars"}""", services, null, ("table", s_two));

        Assert.Equal(NodeRunner.Csv(s_two), File.ReadAllText((string)result["destination"]!));
        Assert.Equal(2, Directory.GetFiles(folder.Path).Length);
        Assert.True(TableFile.Read(File.ReadAllBytes(Directory.GetFiles(folder.Path, "*.eqtable")[0]).AsMemory()).ContentEquals(s_two));
    }

    [Fact]
    public async Task Query_Arguments_AreBoundNotPasted()
    {
        await SaveAsync("""{"table":"asked"}""", s_two, "asked");

        Table found = (await QueryAsync("""{"sql":"select symbol, close from asked where symbol = $1 and trading_date >= $2 and volume = $3","arguments":["600000.SH","2024-01-01",100]}""")).Outputs["table"].AsTable();
        Table none = (await QueryAsync("""{"sql":"select symbol from asked where symbol = $1","arguments":["x' or '1'='1"]}""")).Outputs["table"].AsTable();

        Assert.Equal("symbol,close\n600000.SH,6.6500\n", NodeRunner.Csv(found));
        Assert.Equal(0, none.RowCount);
    }

    [Theory]
    [InlineData("""{"sql":"delete from eq_effects"}""", "PARAMETER_OUT_OF_RANGE")]
    [InlineData("""{"sql":"with d as (delete from eq_effects returning 1) select * from d"}""", "DB_READ_ONLY")]
    [InlineData("""{"sql":"select 1; drop table eq_effects"}""", "DB_ERROR")]
    [InlineData("""{"sql":"select pg_sleep(20)","timeoutSeconds":1}""", "DB_TIMEOUT")]
    [InlineData("""{"sql":"select pg_read_file('/etc/passwd')"}""", "DB_PERMISSION")]
    [InlineData("""{"sql":"select * from generate_series(1, 100)","rowsMax":99}""", "DB_TOO_MANY_ROWS")]
    [InlineData("""{"sql":"select array[1,2] as a"}""", "DB_TYPE_UNSUPPORTED")]
    [InlineData("""{"sql":"select 1 as a, 2 as a"}""", "DB_TYPE_UNSUPPORTED")]
    [InlineData("""{"sql":"select * from asked where symbol = '${run.id}'"}""", "PARAMETER_TYPE")]
    [InlineData("""{"sql":"select $1::int","arguments":{"a":1}}""", "PARAMETER_TYPE")]
    public async Task Query_NotAllowed_IsRefused(string parameters, string reason)
    {
        NodeException error = await Assert.ThrowsAsync<NodeException>(() => QueryAsync(parameters));

        Assert.True(reason == error.Reason, error.ToString());
    }

    [Fact]
    public async Task Query_NoDatabase_SaysWhatItNeeds()
    {
        NodeException error = await Assert.ThrowsAsync<NodeException>(() => NodeRunner.RunAsync("DbQuery", """{"sql":"select 1"}""", NodeRunner.Services()));

        Assert.Equal("SERVICE_NOT_AVAILABLE", error.Reason);
    }

    private NodeServices Services() => NodeRunner.Services().With(fixture.Database);

    private async Task<string> SaveAsync(string parameters, Table table, string run, long epoch = 1)
    {
        SingleNodeResult result = await NodeRunner.RunAsync("DbSave", parameters, Services(), NodeRunner.Context(run, epoch), ("table", table));
        return result.Outputs["result"].AsJson()!.ToJsonString();
    }

    private Task<SingleNodeResult> QueryAsync(string parameters) => NodeRunner.RunAsync("DbQuery", parameters, Services());
}
