namespace EasyQuant.Engine;

/// <summary>
/// Rates of one currency into the base currency of the panel, one element a trading day: units of 1e-8 base for 1 unit of the currency, above
/// 0. The rate of a day is known at its close; it values that day's equity and serves exchanges given after it.
/// </summary>
/// <param name="Currency">ISO 4217 code, or the name of a coin.</param>
/// <param name="Rates">One rate a trading day of the calendar; not copied.</param>
public sealed record FxRates(string Currency, ReadOnlyMemory<long> Rates)
{
    /// <summary>Decimal places of a rate.</summary>
    public const int Scale = 8;
}
