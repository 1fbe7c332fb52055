using EasyQuant.BacktestService.Grpc;
using EasyQuant.BacktestService.Storage;
using EasyQuant.Contracts.Backtest.V1;
using EasyQuant.Services.Tests.Scheduler;
using EasyQuant.Testing;
using Google.Protobuf;
using Npgsql;

namespace EasyQuant.Services.Tests.Backtest;

public sealed class BacktestKillTests(TestServersFixture fixture) : IClassFixture<TestServersFixture>
{
    private readonly CancellationTokenSource _deadline = new(TimeSpan.FromMinutes(3));

    [Theory]
    [InlineData("backtest.loaded:exit137:1", "2/2/1")]
    [InlineData("backtests.succeed.before-commit:exit137:1", "2/2/1")]
    [InlineData("backtests.succeed.after-commit:exit137:1", "1/1/1")]
    public async Task Service_KilledInTheMiddle_TheBacktestEndsOnce(string failpoint, string epochAttemptsResults)
    {
        string database = await BacktestHost.EmptyDatabaseAsync(fixture.Servers, _deadline.Token);
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(database);
        Guid id = Guid.CreateVersion7();
        await using (BacktestProcess victim = BacktestProcess.Start(database, failpoint))
        {
            await Eventually.TrueAsync("the schema of the killed service", () => ExistsAsync(source), BacktestHost.Patience);
            await InsertAsync(source, id);
            Assert.Equal(137, await victim.DiesAsync(BacktestHost.Patience));
        }

        await using BacktestHost next = await BacktestHost.StartOnAsync(database, _deadline.Token);
        Contracts.Backtest.V1.Backtest ended = await next.EndAsync(id.ToString("D"));
        Assert.Equal(BacktestState.Succeeded, ended.State);
        await using NpgsqlCommand read = source.CreateCommand(
            "select epoch || '/' || attempt_count || '/' || (select count(distinct backtest_id) from backtest.result_chunks) from backtest.backtests");
        Assert.Equal(epochAttemptsResults, await read.ExecuteScalarAsync(_deadline.Token));
    }

    [Theory]
    [InlineData("sweep.batch:exit137:2")]
    [InlineData("sweeps.trials.before-commit:exit137:3")]
    [InlineData("sweeps.succeed.before-commit:exit137:1")]
    public async Task Service_KilledInASweep_TheNextOneRunsTheRestOnly(string failpoint)
    {
        string database = await BacktestHost.EmptyDatabaseAsync(fixture.Servers, _deadline.Token);
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(database);
        Guid id = Guid.CreateVersion7();
        await using (BacktestProcess victim = BacktestProcess.Start(database, failpoint))
        {
            await Eventually.TrueAsync("the schema of the killed service", () => ExistsAsync(source), BacktestHost.Patience);
            await InsertSweepAsync(source, id);
            Assert.Equal(137, await victim.DiesAsync(BacktestHost.Patience));
        }

        await using NpgsqlCommand before = source.CreateCommand("select count(*) from backtest.sweep_trials");
        long stored = (long)(await before.ExecuteScalarAsync(_deadline.Token))!;
        Assert.InRange(stored, 64, 200);
        await using BacktestHost next = await BacktestHost.StartOnAsync(database, _deadline.Token);
        Sweep ended = await next.EndSweepAsync(id.ToString("D"));
        Assert.Equal((BacktestState.Succeeded, 200, 200, 2), (ended.State, ended.TrialCount, ended.DoneCount, ended.AttemptCount));
        await using NpgsqlCommand read = source.CreateCommand(
            "select (select count(*) from backtest.sweep_trials) || '/' || (select count(*) from backtest.sweep_trials where metrics is null) || '/' || (select count(*) from backtest.trials)");
        Assert.Equal($"200/{ended.FailedCount}/{200 - ended.FailedCount}", await read.ExecuteScalarAsync(_deadline.Token));
    }

    [Theory]
    [InlineData("sweep.batch:exit137:1")]
    [InlineData("sweep.batch:exit137:3")]
    [InlineData("sweep.batch:exit137:4")]
    public async Task Service_KilledInAWalkForwardOfRounds_TheNextOneChoosesTheSame(string failpoint)
    {
        SweepSpec spec = BacktestHost.SweepOf(fast: 5, slow: 10);
        (spec.Halving, spec.WalkForward) = (new HalvingSearch { DayCountMin = 12 }, new WalkForward { InSampleDayCount = 50, OutOfSampleDayCount = 30 });
        string database = await BacktestHost.EmptyDatabaseAsync(fixture.Servers, _deadline.Token);
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(database);
        Guid id = Guid.CreateVersion7();
        await using (BacktestProcess victim = BacktestProcess.Start(database, failpoint))
        {
            await Eventually.TrueAsync("the schema of the killed service", () => ExistsAsync(source), BacktestHost.Patience);
            await InsertSweepAsync(source, id, spec, 0);
            Assert.Equal(137, await victim.DiesAsync(BacktestHost.Patience));
        }

        await using BacktestHost next = await BacktestHost.StartOnAsync(database, _deadline.Token);
        Sweep resumed = await next.EndSweepAsync(id.ToString("D"));
        Sweep whole = await next.EndSweepAsync((await next.CreateSweepAsync(spec)).SweepId);
        Assert.Equal((BacktestState.Succeeded, "", 2), (resumed.State, resumed.ErrorMessage, resumed.AttemptCount));
        Assert.Equal((whole.TrialCount, whole.DoneCount, whole.FailedCount), (resumed.TrialCount, resumed.DoneCount, resumed.FailedCount));
        Assert.Equal(whole.Assessment, resumed.Assessment);
        Assert.True(whole.TrialCount > 3 * 50, $"{whole.TrialCount}");
    }

    private Task InsertSweepAsync(NpgsqlDataSource source, Guid id) => InsertSweepAsync(source, id, BacktestHost.SweepOf(fast: 10, slow: 20), 200);

    private async Task InsertSweepAsync(NpgsqlDataSource source, Guid id, SweepSpec spec, int trialCount)
    {
        SpecReader.FillDefaults(spec.Backtest);
        await using NpgsqlCommand insert = source.CreateCommand(
            "insert into backtest.backtests(backtest_id, project_id, kind, trial_count, strategy, spec, state) values ($1, 'default', 'sweep', $3, 'sma_cross', $2, 'queued')");
        insert.Add(id).Add(JsonFormatter.Default.Format(spec)).Add(trialCount);
        await insert.ExecuteNonQueryAsync(_deadline.Token);
    }

    private async Task<bool> ExistsAsync(NpgsqlDataSource source)
    {
        await using NpgsqlCommand command = source.CreateCommand("select to_regclass('backtest.trials') is not null");
        return (bool)(await command.ExecuteScalarAsync(_deadline.Token))!;
    }

    private async Task InsertAsync(NpgsqlDataSource source, Guid id)
    {
        BacktestSpec spec = BacktestHost.Spec();
        SpecReader.FillDefaults(spec);
        await using NpgsqlCommand insert = source.CreateCommand(
            "insert into backtest.backtests(backtest_id, project_id, strategy, spec, state) values ($1, 'default', 'sma_cross', $2, 'queued')");
        insert.Add(id).Add(JsonFormatter.Default.Format(spec));
        await insert.ExecuteNonQueryAsync(_deadline.Token);
    }
}
