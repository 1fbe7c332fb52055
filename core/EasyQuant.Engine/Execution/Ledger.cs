using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>
/// Cash and positions of all accounts in flat arrays: position of account a in instrument i at a x instruments + i, cash of account a in currency c
/// at a x currencies + c. Arithmetic is checked; money in units of 0.0001. Nothing here allocates after construction but the list of held positions.
/// </summary>
internal sealed class Ledger
{
    private readonly PositionState[] _positions;
    private readonly long[] _cash;
    private readonly long[] _receivable;
    private readonly long[] _proceeds;
    private readonly int[] _proceedsDay;
    private readonly long[] _lastPrice;
    private readonly long[] _valueDivisor;
    private readonly int[] _currencyOf;
    private readonly long[] _rates;
    private readonly long[] _equity;
    private readonly int _instrumentCount;
    private int[] _held = new int[16];
    private bool _isStale = true;
    private bool _isInFlux;

    public Ledger(MarketPanel panel, AccountSettings[] accounts, CurrencyTable currencies)
    {
        _instrumentCount = panel.Series.Length;
        Currencies = currencies;
        AccountCount = accounts.Length;
        _positions = new PositionState[accounts.Length * _instrumentCount];
        for (int i = 0; i < _positions.Length; i++)
        {
            _positions[i].LastBuyDay = -1;
            _positions[i].HeldIndex = -1;
        }

        _cash = new long[accounts.Length * currencies.Count];
        _receivable = new long[_cash.Length];
        _proceeds = new long[_cash.Length];
        _proceedsDay = new int[_cash.Length];
        Array.Fill(_proceedsDay, -1);
        _equity = new long[accounts.Length];
        for (int account = 0; account < accounts.Length; account++)
        {
            foreach (CashBalance balance in accounts[account].Cash)
            {
                _cash[(account * currencies.Count) + currencies.IndexOf(balance.Currency)] = balance.Amount.Units;
            }
        }

        _lastPrice = new long[_instrumentCount];
        _valueDivisor = new long[_instrumentCount];
        _currencyOf = new int[_instrumentCount];
        for (int i = 0; i < _instrumentCount; i++)
        {
            Instrument one = panel.Series[i].Instrument;
            _valueDivisor[i] = ScaledDecimal.PowerOfTen(one.PriceScale + one.QuantityScale - Money.Scale);
            _currencyOf[i] = currencies.IndexOf(one.Currency);
        }

        _rates = new long[currencies.Count];
        Array.Fill(_rates, CurrencyTable.One);
    }

    public CurrencyTable Currencies { get; }

    public int AccountCount { get; }

    /// <summary>What has not settled; null when shares settle within a day and cash at once.</summary>
    public SettlementBook? Settlements { get; private set; }

    /// <summary>Number of positions that are not flat; see <see cref="HeldSlot"/>.</summary>
    public int HeldCount { get; private set; }

    /// <summary>The position of an account in an instrument.</summary>
    public ref readonly PositionState PositionOf(int account, int instrument) => ref _positions[(account * _instrumentCount) + instrument];

    public long Quantity(int instrument) => _positions[instrument].Quantity;

    public long LastPrice(int instrument) => _lastPrice[instrument];

    public int CurrencyOf(int instrument) => _currencyOf[instrument];

    /// <summary>Cash in the currency of an instrument.</summary>
    public long CashFor(int account, int instrument) => _cash[(account * Currencies.Count) + _currencyOf[instrument]];

    public long Cash(int account, int currency) => _cash[(account * Currencies.Count) + currency];

    public long Receivable(int account, int currency) => _receivable[(account * Currencies.Count) + currency];

    /// <summary>Cash that is neither proceeds of sales of <paramref name="day"/> nor unsettled, at least 0.</summary>
    public long Withdrawable(int account, int currency, int day)
    {
        int slot = (account * Currencies.Count) + currency;
        long today = _proceedsDay[slot] == day ? _proceeds[slot] : 0;
        return Math.Max(0, _cash[slot] - Math.Max(today, Settlements?.UnsettledCash(slot, day) ?? 0));
    }

    /// <summary>Proceeds of sales that may not be spent yet.</summary>
    public long UnsettledCash(int account, int currency, int day) => Settlements?.UnsettledCash((account * Currencies.Count) + currency, day) ?? 0;

    /// <summary>What of a position may be sold on <paramref name="day"/> without going short.</summary>
    public long Sellable(int account, int instrument, int day, int shareDays)
    {
        int slot = (account * _instrumentCount) + instrument;
        ref readonly PositionState position = ref _positions[slot];
        return shareDays <= 1 || Settlements is null
            ? position.Sellable(day, shareDays)
            : Math.Max(0, position.Quantity - position.Locked - Settlements.UnsettledShares(slot, day, shareDays));
    }

    /// <summary>Keeps track of what has not settled.</summary>
    public void TrackSettlements() => Settlements = new SettlementBook(_positions.Length, _cash.Length);

    /// <summary>Value of a quantity at a price, exact or rounded half up to a money unit.</summary>
    public long ValueOf(int instrument, long price, long quantity) => ScaledMath.MulDivHalfUp(price, quantity, _valueDivisor[instrument]);

    public long ValueDivisor(int instrument) => _valueDivisor[instrument];

    public void SetPrice(int instrument, long price)
    {
        _lastPrice[instrument] = price;
        _isStale = true;
    }

    /// <summary>Last prices of all instruments, which the caller sets at will until it calls <see cref="PricesSet"/>: equity is counted anew at every question.</summary>
    public Span<long> PricesInFlux()
    {
        _isInFlux = true;
        return _lastPrice;
    }

    /// <summary>Ends <see cref="PricesInFlux"/>.</summary>
    public void PricesSet()
    {
        _isInFlux = false;
        _isStale = true;
    }

    /// <summary>Last prices of all instruments, to be set by the caller.</summary>
    public Span<long> PricesToSet()
    {
        _isStale = true;
        return _lastPrice;
    }

    /// <summary>Sets the rate of a currency into the base, units of 1e-8.</summary>
    public void SetRate(int currency, long rate)
    {
        _rates[currency] = rate;
        _isStale = true;
    }

    /// <summary>Index of a held position in the flat array: account x instruments + instrument. In no order.</summary>
    public int HeldSlot(int index) => _held[index];

    public int InstrumentOfSlot(int slot) => slot % _instrumentCount;

    public int AccountOfSlot(int slot) => slot / _instrumentCount;

    /// <summary>Books a fill: cash falls by the cost of a buy or grows by the proceeds of a sale, both after fees.</summary>
    public void Trade(int account, int instrument, int day, long signedQuantity, long cashFlow)
    {
        int slot = (account * Currencies.Count) + _currencyOf[instrument];
        ref PositionState position = ref _positions[(account * _instrumentCount) + instrument];
        checked
        {
            _cash[slot] += cashFlow;
            position.Quantity += signedQuantity;
            if (signedQuantity > 0)
            {
                position.BoughtToday = (position.LastBuyDay == day ? position.BoughtToday : 0) + signedQuantity;
                position.LastBuyDay = day;
                Settlements?.Buy((account * _instrumentCount) + instrument, day, signedQuantity);
            }
            else
            {
                _proceeds[slot] = (_proceedsDay[slot] == day ? _proceeds[slot] : 0) + Math.Max(0, cashFlow);
                _proceedsDay[slot] = day;
            }
        }

        KeepHeld(ref position, (account * _instrumentCount) + instrument);
    }

    /// <summary>Changes cash and shares without a trade: nothing becomes unsellable by it but <paramref name="locked"/> shares.</summary>
    public void Post(int account, int instrument, long shares, long locked, int currency, long amount)
    {
        checked
        {
            _cash[(account * Currencies.Count) + currency] += amount;
            _isStale = true;
            if (shares != 0 || locked != 0)
            {
                ref PositionState position = ref _positions[(account * _instrumentCount) + instrument];
                position.Quantity += shares;
                position.Locked += locked;
                KeepHeld(ref position, (account * _instrumentCount) + instrument);
            }
        }
    }

    /// <summary>Changes what is owed to the account: counted in equity, not yet in cash.</summary>
    public void AddReceivable(int account, int currency, long amount)
    {
        _receivable[(account * Currencies.Count) + currency] = checked(_receivable[(account * Currencies.Count) + currency] + amount);
        _isStale = true;
    }

    /// <summary>Cash, receivables and positions of an account at last prices and rates, in the base currency.</summary>
    public long Equity(int account)
    {
        if (_isStale | _isInFlux)
        {
            Revalue();
        }

        return _equity[account];
    }

    /// <summary>Sum of the equity of all accounts.</summary>
    public long TotalEquity()
    {
        long total = 0;
        for (int account = 0; account < AccountCount; account++)
        {
            total = checked(total + Equity(account));
        }

        return total;
    }

    /// <summary>An amount of a currency in the base currency, rounded half up.</summary>
    public long InBase(int currency, long amount) =>
        currency == CurrencyTable.Base ? amount : ScaledMath.MulDivHalfUp(amount, _rates[currency], CurrencyTable.One);

    public long Rate(int currency) => _rates[currency];

    private void Revalue()
    {
        int currencyCount = Currencies.Count;
        for (int account = 0; account < AccountCount; account++)
        {
            long sum = 0;
            for (int currency = 0; currency < currencyCount; currency++)
            {
                int slot = (account * currencyCount) + currency;
                sum = checked(sum + InBase(currency, checked(_cash[slot] + _receivable[slot])));
            }

            _equity[account] = sum;
        }

        for (int i = 0; i < HeldCount; i++)
        {
            int instrument = InstrumentOfSlot(_held[i]);
            long value = ValueOf(instrument, _lastPrice[instrument], _positions[_held[i]].Quantity);
            ref long equity = ref _equity[AccountOfSlot(_held[i])];
            equity = checked(equity + InBase(_currencyOf[instrument], value));
        }

        _isStale = false;
    }

    private void KeepHeld(ref PositionState position, int slot)
    {
        _isStale = true;
        if (position.Quantity != 0 && position.HeldIndex < 0)
        {
            if (HeldCount == _held.Length)
            {
                Array.Resize(ref _held, HeldCount * 2);
            }

            position.HeldIndex = HeldCount;
            _held[HeldCount++] = slot;
        }
        else if (position.Quantity == 0 && position.HeldIndex >= 0)
        {
            int last = _held[--HeldCount];
            _held[position.HeldIndex] = last;
            _positions[last].HeldIndex = position.HeldIndex;
            position.HeldIndex = -1;
        }
    }
}
