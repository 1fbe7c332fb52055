using EasyQuant.Persistence;
using EasyQuant.Testing;
using Npgsql;

namespace EasyQuant.Platform.Tests.Persistence;

public sealed class TransientRetryTests
{
    private static readonly PostgresException s_starting = new("the database system is starting up", "FATAL", "FATAL", "57P03");
    private readonly FakeTime _time = new();
    private readonly DateTimeOffset _began = new FakeTime().GetUtcNow();

    [Fact]
    public async Task WaitOut_DatabaseAwayForMinutes_GoesOnAndTellsEachFault()
    {
        List<string> told = [];
        Task<int> work = TransientRetry.WaitOutAsync(() => WorkAsync(TimeSpan.FromMinutes(9), s_starting), e => told.Add(e.Message), _time, Deadline.In(60));
        await FinishAsync(work);
        Assert.Equal(7, await work);
        Assert.All(told, text => Assert.Contains("57P03", text, StringComparison.Ordinal));
        // 0.2, 0.4, 0.8, 1.6 s and then every 2 s: a server is found soon after it came back, and asked a few hundred times at most.
        Assert.InRange(told.Count, 250, 280);
        Assert.InRange(_time.GetUtcNow() - _began, TimeSpan.FromMinutes(9), TimeSpan.FromMinutes(9) + TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task WaitOut_AwayForLongerThanAllowed_ThrowsWhatTheWorkThrew()
    {
        Task<int> work = TransientRetry.WaitOutAsync(() => WorkAsync(TimeSpan.FromHours(2), s_starting), null, _time, Deadline.In(60));
        await FinishAsync(work);
        Assert.Same(s_starting, await Assert.ThrowsAsync<PostgresException>(() => work));
        Assert.InRange(_time.GetUtcNow() - _began, TransientRetry.OutageMax, TransientRetry.OutageMax + TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task WaitOut_FaultThatStays_ThrowsAtOnce()
    {
        var lasting = new PostgresException("duplicate key", "ERROR", "ERROR", PostgresErrorCodes.UniqueViolation);
        Assert.Same(
            lasting,
            await Assert.ThrowsAsync<PostgresException>(() => TransientRetry.WaitOutAsync(() => WorkAsync(TimeSpan.FromHours(2), lasting), null, _time, Deadline.In(60))));
        Assert.Equal(0, _time.TimerCount);
    }

    [Theory]
    [InlineData("FATAL", "57P03", true)]
    [InlineData("ERROR", "53100", true)]
    [InlineData("ERROR", "58030", true)]
    [InlineData("PANIC", "XX000", true)]
    [InlineData("ERROR", "XX000", false)]
    [InlineData("ERROR", "53200", false)]
    [InlineData("FATAL", "28P01", false)]
    public void IsTransient_WordOfTheServer_DependsOnWhatItMeans(string severity, string state, bool expected) =>
        Assert.Equal(expected, TransientRetry.IsTransient(new PostgresException("text", severity, severity, state)));

    [Theory]
    [InlineData("XX000", "mdextend", true)]
    [InlineData("XX000", "BufFileDumpBuffer", true)]
    [InlineData("XX000", "ExecInsert", false)]
    [InlineData("42P01", "mdextend", false)]
    public void IsTransient_FileThatMayNotGrow_IsAndOtherInternalErrorsAreNot(string state, string routine, bool expected) => Assert.Equal(
        expected,
        TransientRetry.IsTransient(new PostgresException("could not extend file: File too large", "ERROR", "ERROR", state, "", "", 0, 0, "", "", "", "", "", "", "", "md.c", "486", routine)));

    [Fact]
    public async Task WaitOut_Cancelled_EndsTheWait()
    {
        using var cancel = new CancellationTokenSource();
        Task<int> work = TransientRetry.WaitOutAsync(() => WorkAsync(TimeSpan.FromHours(2), s_starting), null, _time, cancel.Token);
        Assert.Equal(1, _time.TimerCount);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => work);
    }

    private Task<int> WorkAsync(TimeSpan away, Exception fault) =>
        _time.GetUtcNow() - _began < away ? Task.FromException<int>(fault) : Task.FromResult(7);

    // Moves the clock whenever the work waits for it.
    private async Task FinishAsync(Task work)
    {
        CancellationToken deadline = Deadline.In(60);
        while (!work.IsCompleted)
        {
            deadline.ThrowIfCancellationRequested();
            if (_time.TimerCount > 0)
            {
                _time.Advance(TimeSpan.FromMilliseconds(200));
            }

            await Task.Yield();
        }
    }
}
