namespace EasyQuant.BacktestService.Storage;

/// <summary>Which bars of a table.</summary>
/// <param name="Symbols">Canonical symbols; empty means all.</param>
/// <param name="StartDate">First day, included.</param>
/// <param name="EndDate">Last day, included.</param>
internal sealed record BarFilter(string[] Symbols, DateOnly StartDate, DateOnly EndDate);
