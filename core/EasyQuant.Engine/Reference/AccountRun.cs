using System.Collections.Immutable;
using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>What became of one account.</summary>
/// <param name="Name">Its name.</param>
/// <param name="InitialCash">Cash at the start by currency.</param>
/// <param name="FinalCash">Cash at the end, in every currency of the run: the base first, the others by name.</param>
/// <param name="Equity">Equity in the base currency at the end of each day, ascending.</param>
public sealed record AccountRun(
    string Name, ImmutableArray<CashBalance> InitialCash, ImmutableArray<CashBalance> FinalCash, ImmutableArray<Money> Equity);
