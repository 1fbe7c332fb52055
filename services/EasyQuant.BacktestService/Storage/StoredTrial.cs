using EasyQuant.Engine;

namespace EasyQuant.BacktestService.Storage;

/// <summary>A trial of the ledger.</summary>
/// <param name="TrialId">UUID version 7; orders the ledger by time.</param>
/// <param name="Trial">What was counted.</param>
/// <param name="CreateTime">When.</param>
internal sealed record StoredTrial(Guid TrialId, Trial Trial, DateTimeOffset CreateTime);
