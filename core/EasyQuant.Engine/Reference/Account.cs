using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>Cash and shares of a run. Arithmetic is checked; money in units of 0.0001 CNY.</summary>
internal sealed class Account
{
    private readonly long[] _quantity;
    private readonly long[] _boughtToday;
    private readonly int[] _lastBuyDay;
    private readonly long[] _lastPrice;
    private readonly int[] _priceScale;

    public Account(DailyPanel panel, Money cash)
    {
        int count = panel.Series.Length;
        Cash = cash.Units;
        Equity = cash.Units;
        _quantity = new long[count];
        _boughtToday = new long[count];
        _lastBuyDay = new int[count];
        Array.Fill(_lastBuyDay, -1);
        _lastPrice = new long[count];
        _priceScale = [.. panel.Series.Select(series => series.Instrument.PriceScale)];
    }

    public long Cash { get; private set; }

    /// <summary>Cash plus positions at their last closes, as of the last <see cref="Mark"/>.</summary>
    public long Equity { get; private set; }

    public long PositionValue { get; private set; }

    public long Quantity(int instrument) => _quantity[instrument];

    public long LastPrice(int instrument) => _lastPrice[instrument];

    /// <summary>Shares that may be sold on <paramref name="day"/> when bought shares need <paramref name="shareDays"/> trading days.</summary>
    public long Sellable(int instrument, int day, int shareDays) => shareDays > 0 && _lastBuyDay[instrument] == day
        ? _quantity[instrument] - _boughtToday[instrument]
        : _quantity[instrument];

    public void SetPrice(int instrument, long close) => _lastPrice[instrument] = close;

    public void Buy(int instrument, int day, long quantity, long cost)
    {
        checked
        {
            Cash -= cost;
            _quantity[instrument] += quantity;
            _boughtToday[instrument] = (_lastBuyDay[instrument] == day ? _boughtToday[instrument] : 0) + quantity;
            _lastBuyDay[instrument] = day;
        }
    }

    public void Sell(int instrument, long quantity, long proceeds)
    {
        checked
        {
            Cash += proceeds;
            _quantity[instrument] -= quantity;
        }
    }

    /// <summary>Values all positions at their last closes.</summary>
    public void Mark()
    {
        long value = 0;
        for (int i = 0; i < _quantity.Length; i++)
        {
            if (_quantity[i] != 0)
            {
                value = checked(value + new Price(_lastPrice[i]).ValueOf(new Quantity(_quantity[i]), _priceScale[i]).Units);
            }
        }

        PositionValue = value;
        Equity = checked(Cash + value);
    }
}
