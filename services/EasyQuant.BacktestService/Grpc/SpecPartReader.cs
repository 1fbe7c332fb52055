using System.Text;
using EasyQuant.BacktestService.Storage;
using EasyQuant.Contracts.Backtest.V1;
using EasyQuant.Domain;
using EasyQuant.ServiceDefaults.Errors;
using RuleBook = EasyQuant.Domain.RuleBook;

namespace EasyQuant.BacktestService.Grpc;

/// <summary>Reads stored specs with the sources and rule books that they name. Thread-safe.</summary>
internal sealed class SpecPartReader(SourceStore sources, RuleBookStore books)
{
    /// <summary>Reads the stored spec of a backtest, which was checked when it was accepted.</summary>
    public async Task<CheckedSpec> ReadBacktestAsync(string json, string projectId, CancellationToken cancellationToken)
    {
        BacktestSpec spec = BacktestSpec.Parser.ParseJson(json);
        return SpecReader.Read(spec, await FindAsync(spec, projectId, cancellationToken));
    }

    /// <summary>Reads the stored spec of a sweep, which was checked when it was accepted.</summary>
    public async Task<CheckedSweep> ReadSweepAsync(string json, string projectId, CancellationToken cancellationToken)
    {
        SweepSpec spec = SweepSpec.Parser.ParseJson(json);
        return SweepReader.Read(spec, await FindAsync(spec.Backtest, projectId, cancellationToken));
    }

    /// <summary>Finds what a spec names.</summary>
    /// <exception cref="RpcError">SOURCE_NOT_FOUND.</exception>
    public async Task<SpecParts> FindAsync(BacktestSpec spec, string projectId, CancellationToken cancellationToken) =>
        new(await SourceOfAsync(spec, projectId, cancellationToken), await RulesOfAsync(spec.RuleBook, projectId, cancellationToken));

    /// <summary>Finds the compiled source that a spec names by its hash; null for a shipped strategy.</summary>
    /// <exception cref="RpcError">SOURCE_NOT_FOUND.</exception>
    public async Task<SourceRecord?> SourceOfAsync(BacktestSpec spec, string projectId, CancellationToken cancellationToken) => spec.Source is null
        ? null
        : await sources.FindAsync(projectId, spec.Source.Sha256, cancellationToken)
            ?? throw RpcError.NotFound("SOURCE_NOT_FOUND", $"The project has no source with the hash \"{spec.Source.Sha256}\".");

    /// <summary>Finds a rule book; null when there is none of this version.</summary>
    public async Task<RuleBookRecord?> RulesOfAsync(string version, string projectId, CancellationToken cancellationToken)
    {
        if (version == RuleBook.China.Version)
        {
            return RuleBookRecord.China;
        }

        RuleBookRow? row = await books.FindAsync(projectId, version, cancellationToken);
        return row is null ? null : new RuleBookRecord(RuleBookJson.Parse(Encoding.UTF8.GetBytes(row.Content)), row.Content);
    }
}
