namespace EasyQuant.BacktestService.Storage;

/// <summary>What a spec only names: it is stored beside it.</summary>
/// <param name="Source">The compiled source of a user; null for a shipped strategy.</param>
/// <param name="Rules">The rule book; null when there is none of this version.</param>
internal sealed record SpecParts(SourceRecord? Source, RuleBookRecord? Rules);
