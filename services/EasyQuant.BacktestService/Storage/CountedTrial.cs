using EasyQuant.Engine;

namespace EasyQuant.BacktestService.Storage;

/// <summary>A trial for the ledger.</summary>
/// <param name="TrialId">UUID version 7; orders the ledger by time.</param>
/// <param name="Trial">What is counted.</param>
internal sealed record CountedTrial(Guid TrialId, Trial Trial);
