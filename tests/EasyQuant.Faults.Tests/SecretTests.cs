using System.Globalization;
using System.Text;
using EasyQuant.Faults.Harness;
using EasyQuant.Faults.Oracles;

namespace EasyQuant.Faults;

/// <summary>O12 for everything that is stored: no table holds a credential or password of the services after a load under a fault.</summary>
[Collection(BedCollection.Name)]
[Trait(BedCollection.Suite, BedCollection.Bed)]
public sealed class SecretTests(FaultBed bed) : IAsyncLifetime
{
    public Task InitializeAsync() => bed.BeginAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Tables_AfterARunnerDied_HoldNoSecret()
    {
        await FaultRun.UnderLoadAsync(bed, async (_, _) => await bed.FirstRunner.KillAsync());
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        List<string> tables = await bed.RowsAsync(
            """
            select format('%I.%I', n.nspname, c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where c.relkind = 'r' and c.relpersistence <> 't' and n.nspname not in ('pg_catalog', 'information_schema')
            """, // A temporary table goes with its session, perhaps while it is read.
            r => r.GetString(0), deadline.Token);
        Assert.Contains("workflow.runs", tables);
        await using (await HideAsync(deadline.Token))
        {
            Assert.Single(await LeaksAsync([.. tables, "public.canary"], deadline.Token));
        }

        Assert.Empty(await LeaksAsync(tables, deadline.Token));
    }

    // What is looked for can be found: as text, and as the bytes of a message.
    private async Task<IAsyncDisposable> HideAsync(CancellationToken cancellationToken)
    {
        await bed.ExecuteAsync("create table public.canary(body bytea)");
        string hex = Convert.ToHexStringLower(Encoding.UTF8.GetBytes($"a {FaultBed.Secrets[1]} b"));
        await bed.ExecuteAsync($"insert into public.canary values ('\\x{hex}')");
        cancellationToken.ThrowIfCancellationRequested();
        return new Dropped(bed);
    }

    private async Task<List<Violation>> LeaksAsync(IReadOnlyList<string> tables, CancellationToken cancellationToken)
    {
        string[] forms = [.. FaultBed.Secrets.SelectMany(secret => new[] { secret, Convert.ToHexStringLower(Encoding.UTF8.GetBytes(secret)) })];
        var found = new List<Violation>();
        foreach (string table in tables)
        {
            string where = string.Join(" or ", forms.Select(form => $"position('{form}' in t::text) > 0"));
            long count = await bed.ScalarAsync<long>($"select count(*) from {table} t where {where}", cancellationToken);
            if (count > 0)
            {
                found.Add(new Violation("O12", "leaked", table, string.Create(CultureInfo.InvariantCulture, $"{count} rows contain a secret")));
            }
        }

        return found;
    }

    private sealed class Dropped(FaultBed bed) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await bed.ExecuteAsync("drop table public.canary");
    }
}
