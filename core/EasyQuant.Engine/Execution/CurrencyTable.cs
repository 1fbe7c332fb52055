using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>The currencies of a run: the base first, the others by name. Rates are units of 1e-8 base.</summary>
internal sealed class CurrencyTable
{
    public const int Base = 0;
    public const long One = 100_000_000;
    private readonly string[] _names;
    private readonly ReadOnlyMemory<long>[] _rates;

    /// <summary>Collects the currencies of instruments and accounts.</summary>
    /// <exception cref="BacktestParameterException">FX_RATE_MISSING: a currency other than the base has no rates in the panel.</exception>
    public CurrencyTable(MarketPanel panel, BacktestSettings settings)
    {
        IEnumerable<string> used = panel.Series.Select(series => series.Instrument.Currency)
            .Concat(settings.AllAccounts().SelectMany(account => account.Cash.Select(cash => cash.Currency)));
        _names = [settings.BaseCurrency, .. used.Distinct().Where(name => name != settings.BaseCurrency).Order(StringComparer.Ordinal)];
        _rates = new ReadOnlyMemory<long>[_names.Length];
        for (int i = 1; i < _names.Length; i++)
        {
            _rates[i] = panel.ExchangeRates.FirstOrDefault(one => one.Currency == _names[i])?.Rates
                ?? throw new BacktestParameterException(
                    [new ParameterError("FX_RATE_MISSING", "baseCurrency", $"The panel has no exchange rates of {_names[i]} into {settings.BaseCurrency}.")]);
        }
    }

    public int Count => _names.Length;

    public string Name(int currency) => _names[currency];

    /// <summary>Returns the position of a currency, or -1.</summary>
    public int IndexOf(string name) => Array.IndexOf(_names, name);

    /// <summary>Rate of a currency other than the base at the close of a day.</summary>
    public long RateOn(int currency, int day) => currency == Base ? One : _rates[currency].Span[day];
}
