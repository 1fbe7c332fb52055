using EasyQuant.Domain;

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

    /// <summary>Spreads rates over the days of a calendar: a day takes the last rate that is not after it. Pure.</summary>
    /// <param name="currency">ISO 4217 code, or the name of a coin.</param>
    /// <param name="rates">First days and the rates that hold from them on, in units of 1e-8 base, ascending by day, at least one.</param>
    /// <param name="calendar">The trading days.</param>
    /// <exception cref="BacktestParameterException">FX_RATE_MISSING: the first rate is after the first day.</exception>
    public static FxRates Of(string currency, IReadOnlyList<(DateOnly From, long Rate)> rates, TradingCalendar calendar)
    {
        ArgumentNullException.ThrowIfNull(rates);
        ArgumentNullException.ThrowIfNull(calendar);
        if (calendar.Count > 0 && rates[0].From > calendar.Days[0])
        {
            throw new BacktestParameterException([new ParameterError(
                "FX_RATE_MISSING",
                "exchange_rates",
                $"exchange_rates of {currency} start on {rates[0].From:yyyy-MM-dd}, after the first day of the data, {calendar.Days[0]:yyyy-MM-dd}.")]);
        }

        long[] spread = new long[calendar.Count];
        int next = 0;
        for (int day = 0; day < spread.Length; day++)
        {
            while (next < rates.Count && rates[next].From <= calendar.Days[day])
            {
                next++;
            }

            spread[day] = rates[next - 1].Rate;
        }

        return new FxRates(currency, spread);
    }
}
