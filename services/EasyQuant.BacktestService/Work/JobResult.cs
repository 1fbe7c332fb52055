using EasyQuant.BacktestSandbox.Computing;
using EasyQuant.BacktestService.Storage;

namespace EasyQuant.BacktestService.Work;

/// <summary>What a backtest gives.</summary>
/// <param name="Metrics">JSON of the figures.</param>
/// <param name="Manifest">JSON of what reproduces it.</param>
/// <param name="FaultCount">Exceptions that the policy let pass.</param>
/// <param name="Chunks">The tables in pieces.</param>
/// <param name="Documents">The texts.</param>
/// <param name="Trial">What the ledger counts; null for a result that is no trial.</param>
internal sealed record JobResult(
    string Metrics, string Manifest, long FaultCount, IReadOnlyList<ResultChunk> Chunks, IReadOnlyList<ResultDocument> Documents, CountedTrial? Trial);
