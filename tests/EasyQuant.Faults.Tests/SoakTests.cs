using System.Diagnostics;
using System.Globalization;
using System.Text;
using EasyQuant.EndToEnd;
using EasyQuant.Faults.Harness;
using EasyQuant.Testing;

namespace EasyQuant.Faults;

/// <summary>
/// Random faults under L1 and L2 for as long as <c>EQ_SOAK_MINUTES</c> says, at full size; without it one small round, so that the soak itself is tested. The
/// table goes to the file that <c>EQ_SOAK_TABLE</c> names.
/// </summary>
[Collection(BedCollection.Name)]
[Trait(BedCollection.Suite, BedCollection.Bed)]
public sealed class SoakTests(FaultBed bed) : IAsyncLifetime
{
    private const int ViolationsShown = 60;
    private static readonly TimeSpan s_roundDeadline = TimeSpan.FromMinutes(25);
    private readonly SortedDictionary<string, Row> _rows = new(StringComparer.Ordinal);

    public Task InitializeAsync() => bed.BeginAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task RandomFaults_UnderBothLoads_LoseAndRepeatNothing()
    {
        bool isFull = double.TryParse(Environment.GetEnvironmentVariable("EQ_SOAK_MINUTES"), NumberStyles.Float, CultureInfo.InvariantCulture, out double minutes);
        long began = Stopwatch.GetTimestamp();
        List<string> violations = [];
        int rounds = 0;
        do
        {
            rounds++;
            // Once the time is up the last load ends without further faults.
            violations.AddRange(await RoundAsync(
                isFull ? LoadSize.Full : LoadSize.Small, done => isFull ? Stopwatch.GetElapsedTime(began) < TimeSpan.FromMinutes(minutes) : done == 0));
            await WriteAsync(rounds, Stopwatch.GetElapsedTime(began), violations);
        }
        while (isFull && Stopwatch.GetElapsedTime(began) < TimeSpan.FromMinutes(minutes));
        if (violations.Count == 0)
        {
            bed.EndWell();
        }

        Assert.True(violations.Count == 0, $"{string.Join('\n', violations.Take(20))}\n{Table(rounds, Stopwatch.GetElapsedTime(began), violations)}\n{bed.Story()}");
    }

    // Faults one after the other until the load has ended, each healed before the next.
    private async Task<IEnumerable<string>> RoundAsync(LoadSize size, Func<int, bool> isFaultDue)
    {
        using var deadline = new CancellationTokenSource(s_roundDeadline);
        try
        {
            return await RoundAsync(size, isFaultDue, deadline.Token);
        }
        finally
        {
            await deadline.CancelAsync();
        }
    }

    private async Task<IEnumerable<string>> RoundAsync(LoadSize size, Func<int, bool> isFaultDue, CancellationToken cancellationToken)
    {
        Load load = await Load.StartAsync(bed, size, cancellationToken);
        await load.WaitForAsync(1, 1, cancellationToken);
        for (int i = 0; isFaultDue(i) && !await load.IsOverAsync(cancellationToken); i++)
        {
            (string name, Func<CancellationToken, Task> fault) = Faults[bed.Random.Next(Faults.Length)];
            bed.Note($"soak: {name}");
            await fault(cancellationToken);
            long lifted = Stopwatch.GetTimestamp();
            await bed.HealAsync(cancellationToken);
            await ProgressAsync(load, cancellationToken);
            Row row = _rows.GetValueOrDefault(name) ?? new Row(0, TimeSpan.Zero, TimeSpan.Zero);
            TimeSpan recovery = Stopwatch.GetElapsedTime(lifted);
            _rows[name] = new Row(row.Count + 1, row.Sum + recovery, row.Longest > recovery ? row.Longest : recovery);
            await FaultRun.SomeTimeAsync(bed, 3_000, cancellationToken);
        }

        await load.EndAsync(cancellationToken);
        LoadCheck check = await LoadCheck.CheckAsync(bed, load, 0, cancellationToken);
        return check.Violations.Select(violation => violation.ToString());
    }

    private (string Name, Func<CancellationToken, Task> Do)[] Faults =>
    [
        ("workflow killed", _ => bed.Workflow.KillAsync()),
        ("runner killed", _ => OneRunner().KillAsync()),
        ("workflow restarted", async _ => await bed.Workflow.StopAsync()),
        ("runner restarted", async _ => await OneRunner().StopAsync()),
        ("runner killed as it drains", async token =>
        {
            ServiceProcess runner = OneRunner();
            Signals.Terminate(runner.Id);
            await FaultRun.SomeTimeAsync(bed, 1_500, token);
            await runner.KillAsync();
        }),
        ("runner frozen 6 s", token => FreezeAsync(OneRunner().Id, 6, token)),
        ("database killed", _ => bed.Servers.Postgres.KillAsync()),
        ("database backend killed", async token => Signals.Kill(await bed.ScalarAsync<int>("select pid from pg_stat_activity where application_name = 'easyquant-workflow' limit 1", token))),
        ("broker killed", _ => bed.Servers.RabbitMq.KillAsync()),
        ("broker frozen 6 s", token => FreezeAsync(bed.Servers.RabbitMq.ProcessId!.Value, 6, token)),
        ("broker alarm 5 s", async token =>
        {
            await bed.Servers.EvaluateAsync("vm_memory_monitor:set_vm_memory_high_watermark(0.0001)", token);
            await Task.Delay(TimeSpan.FromSeconds(5), token);
            await bed.Servers.EvaluateAsync("vm_memory_monitor:set_vm_memory_high_watermark(0.3)", token);
        }),
        ("processor starved 10 s", async token =>
        {
            await using var busy = BusyLoops.Start(8);
            await Task.Delay(TimeSpan.FromSeconds(10), token);
        }),
        ("everything killed", _ => Task.WhenAll([.. bed.Services.Select(service => service.KillAsync()), bed.Servers.Postgres.KillAsync(), bed.Servers.RabbitMq.KillAsync()])),
        ("replies to COMMIT cut 5 s", token => RulesAsync(new ProxyRules { CutAfter = "COMMIT\0"u8.ToArray(), CutShare = 0.05 }, 5, token)),
        ("database slow by 50 ms 5 s", token => RulesAsync(new ProxyRules { Delay = TimeSpan.FromMilliseconds(25) }, 5, token)),
        ("database silent 3 s", token => RulesAsync(new ProxyRules { SwallowsReplies = true }, 3, token)),
        ("everything silent 3 s", async token =>
        {
            bed.WorkflowDatabase.Rules = bed.RunnerDatabase.Rules = bed.Broker.Rules = bed.Grpc.Rules = new ProxyRules { SwallowsReplies = true };
            await Task.Delay(TimeSpan.FromSeconds(3), token);
            bed.WorkflowDatabase.Rules = bed.RunnerDatabase.Rules = bed.Broker.Rules = bed.Grpc.Rules = new ProxyRules();
        }),
        ("all connections reset", _ =>
        {
            foreach (TcpProxy proxy in new[] { bed.WorkflowDatabase, bed.RunnerDatabase, bed.Broker, bed.Grpc })
            {
                proxy.ResetAll();
            }

            return Task.CompletedTask;
        }),
    ];

    private ServiceProcess OneRunner() => bed.Runners[bed.Random.Next(bed.Runners.Count)];

    private static async Task FreezeAsync(int process, int seconds, CancellationToken cancellationToken)
    {
        Signals.Stop(process);
        await Task.Delay(TimeSpan.FromSeconds(seconds), cancellationToken);
        Signals.Continue(process);
    }

    private async Task RulesAsync(ProxyRules rules, int seconds, CancellationToken cancellationToken)
    {
        bed.WorkflowDatabase.Rules = bed.RunnerDatabase.Rules = rules;
        await Task.Delay(TimeSpan.FromSeconds(seconds), cancellationToken);
        bed.WorkflowDatabase.Rules = bed.RunnerDatabase.Rules = new ProxyRules();
    }

    // Recovered is who saves again, in what has not ended.
    private async Task ProgressAsync(Load load, CancellationToken cancellationToken)
    {
        (long items, long rows) = await load.ProgressAsync(cancellationToken);
        await Poll.UntilAsync("progress after the fault", async () =>
        {
            (long nowItems, long nowRows) = await load.ProgressAsync(cancellationToken);
            return (nowItems > items || nowRows > rows || await load.IsOverAsync(cancellationToken), string.Create(CultureInfo.InvariantCulture, $"{nowItems} items and {nowRows} rows\n{bed.Story()}"));
        }, cancellationToken);
    }

    private async Task WriteAsync(int rounds, TimeSpan elapsed, IReadOnlyList<string> violations)
    {
        if (Environment.GetEnvironmentVariable("EQ_SOAK_TABLE") is { Length: > 0 } path)
        {
            await File.WriteAllTextAsync(path, Table(rounds, elapsed, violations));
        }
    }

    private string Table(int rounds, TimeSpan elapsed, IReadOnlyList<string> violations)
    {
        var table = new StringBuilder();
        table.AppendLine(CultureInfo.InvariantCulture, $"{"fault",-30} {"injected",8} {"recovery mean s",16} {"longest s",10}");
        foreach ((string name, Row row) in _rows)
        {
            table.AppendLine(CultureInfo.InvariantCulture, $"{name,-30} {row.Count,8} {row.Sum.TotalSeconds / row.Count,16:0.0} {row.Longest.TotalSeconds,10:0.0}");
        }

        int lost = violations.Count(violation => violation.Contains(" lost ", StringComparison.Ordinal));
        int doubled = violations.Count(violation => violation.Contains(" duplicated ", StringComparison.Ordinal));
        table.AppendLine(CultureInfo.InvariantCulture, $"{_rows.Values.Sum(row => row.Count)} faults in {rounds} loads and {elapsed.TotalMinutes:0.0} minutes: {lost} lost, {doubled} duplicated, {violations.Count - lost - doubled} other violations; seed {bed.Seed}");
        foreach (string violation in violations.OrderBy(violation => violation.Contains(" lost ", StringComparison.Ordinal)).Take(ViolationsShown))
        {
            table.AppendLine(violation);
        }

        return table.ToString();
    }

    private sealed record Row(int Count, TimeSpan Sum, TimeSpan Longest);
}
