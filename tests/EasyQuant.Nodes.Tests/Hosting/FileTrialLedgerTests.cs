using EasyQuant.Engine;
using EasyQuant.Engine.Tests;
using EasyQuant.Nodes.Hosting;

namespace EasyQuant.Nodes.Tests.Hosting;

public sealed class FileTrialLedgerTests : TrialLedgerContract, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("eq-ledger-").FullName;
    private readonly FileTrialLedger _ledger;

    public FileTrialLedgerTests() => _ledger = new FileTrialLedger(Path.Combine(_folder, "sub", "trials.jsonl"), TimeProvider.System);

    protected override ITrialLedger Ledger => _ledger;

    public void Dispose()
    {
        _ledger.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task File_TwoLedgers_SeeEachOther()
    {
        using FileTrialLedger other = new(Path.Combine(_folder, "sub", "trials.jsonl"), TimeProvider.System);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => (i % 2 == 0 ? _ledger : other).AddAsync(Make($"{i / 2}", i), default).AsTask()));
        Assert.Equal(10, (await other.SummarizeAsync("family", new DateOnly(2024, 1, 2), new DateOnly(2024, 1, 2), default)).Count);
        Assert.Equal(10, File.ReadAllLines(Path.Combine(_folder, "sub", "trials.jsonl")).Length);
    }

    [Fact]
    public async Task File_LineCutOff_IsOverwritten()
    {
        string path = Path.Combine(_folder, "torn.jsonl");
        await File.WriteAllTextAsync(path, TrialJson.Write(Make("a", 1)) + "\n" + TrialJson.Write(Make("b", 2))[..40]);
        using FileTrialLedger ledger = new(path, TimeProvider.System);
        Assert.True(await ledger.AddAsync(Make("b", 2), default));
        Assert.Equal(2, File.ReadAllLines(path).Select(TrialJson.Parse).Count());
    }

    [Fact]
    public async Task File_ForeignLine_IsNamed()
    {
        string path = Path.Combine(_folder, "foreign.jsonl");
        await File.WriteAllTextAsync(path, "hello\n");
        using FileTrialLedger ledger = new(path, TimeProvider.System);
        FormatException error = await Assert.ThrowsAsync<FormatException>(async () => await ledger.AddAsync(Make("b", 2), default));
        Assert.Contains("trial 1", error.Message, StringComparison.Ordinal);
    }
}
