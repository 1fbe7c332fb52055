using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>
/// Applies corporate actions to all accounts before the first bar of their day. Actions of one instrument and day count on the shares held before
/// any of them, splits last; the last price falls to the ex-reference. Works only on days on which something is due.
/// </summary>
internal sealed class ActionProcessor
{
    private readonly TradingCore _core;
    private readonly Ledger _ledger;
    private readonly ActionSchedule _schedule;
    private readonly long[] _shares;
    private readonly long[] _amounts;
    private readonly bool[] _isGone;
    private readonly int _accountCount;
    private readonly DividendLots? _lots;

    public ActionProcessor(TradingCore core)
    {
        _core = core;
        _ledger = core.Ledger;
        _schedule = new ActionSchedule(core.Panel, core.FirstDay, core.EndDay);
        _accountCount = core.Accounts.Length;
        _shares = new long[_schedule.Actions.Length * _accountCount];
        _amounts = new long[_schedule.Actions.Length * _accountCount];
        _isGone = new bool[core.Panel.Series.Length];
        int[] taxed = core.Settings.DividendTax
            ? [.. _schedule.Actions.OfType<CashDividend>().Select(one => core.Panel.IndexOf(one.Symbol)).Distinct()]
            : [];
        _lots = taxed.Length > 0 ? new DividendLots(core, taxed) : null;
    }

    /// <summary>Purchases for the tax on dividends; null when no instrument of the run pays taxed dividends.</summary>
    public DividendLots? Lots => _lots;

    /// <summary>Next day with something to do; <see cref="int.MaxValue"/> when there is none.</summary>
    public int NextDay => _schedule.NextDay;

    /// <summary>True when the instrument was delisted or converted in this run.</summary>
    public bool IsGone(int instrument) => _isGone[instrument];

    /// <summary>Does what is due on the current day.</summary>
    public void BeginDay()
    {
        while (_schedule.TryTake(_core.Day, out ActionEvent one))
        {
            switch (one.Step)
            {
                case ActionStep.List:
                    Unlock(one.Action);
                    break;
                case ActionStep.Entitle:
                    Entitle(one.Action);
                    break;
                case ActionStep.TakeEffect:
                    TakeEffect(one);
                    break;
                default:
                    Pay(one.Action);
                    break;
            }
        }
    }

    private void Unlock(int action)
    {
        int instrument = InstrumentOf(action);
        for (int account = 0; account < _accountCount; account++)
        {
            _ledger.Post(account, instrument, 0, -_shares[Slot(action, account)], _ledger.CurrencyOf(instrument), 0);
        }
    }

    private void Entitle(int action)
    {
        for (int account = 0; account < _accountCount; account++)
        {
            _shares[Slot(action, account)] = _ledger.PositionOf(account, InstrumentOf(action)).Quantity;
        }
    }

    private void TakeEffect(ActionEvent first)
    {
        int instrument = InstrumentOf(first.Action);
        List<int> group = [first.Action];
        while (_schedule.TryPeek(out ActionEvent next) && next.Day == first.Day && next.Step == ActionStep.TakeEffect && InstrumentOf(next.Action) == instrument)
        {
            _schedule.TryTake(first.Day, out next);
            group.Add(next.Action);
        }

        for (int account = 0; account < _accountCount; account++)
        {
            long held = _ledger.PositionOf(account, instrument).Quantity;
            foreach (int action in group)
            {
                ApplyToHolder(action, account, instrument, held);
            }

            foreach (int action in group)
            {
                Replace(action, account, instrument);
            }
        }

        long last = _ledger.LastPrice(instrument);
        if (last > 0)
        {
            _ledger.SetPrice(instrument, ExReference.Of(last, group.Select(action => _schedule.Actions[action])));
        }

        EndOrders(instrument, group);
    }

    /// <summary>Dividends, bonus shares and rights: what holders get on top of their shares.</summary>
    private void ApplyToHolder(int action, int account, int instrument, long held)
    {
        int slot = Slot(action, account);
        switch (_schedule.Actions[action])
        {
            case CashDividend dividend:
                long exact = _ledger.ValueOf(instrument, dividend.PerShare.Units, _shares[slot]);
                _amounts[slot] = ScaledMath.MulDivHalfUp(exact, 1, Money.UnitsPerCent) * Money.UnitsPerCent;
                _ledger.AddReceivable(account, _ledger.CurrencyOf(instrument), _amounts[slot]);
                if (_lots is not null && _lots.Tracks(instrument) && _shares[slot] > 0
                    && _core.Rules.DividendTax(BoardOf(instrument), dividend.RecordDate) is { } rule)
                {
                    _lots.Credit(account, instrument, _amounts[slot], _shares[slot], rule);
                }

                break;
            case BonusIssue bonus:
                long added = ScaledMath.MulDivHalfUp(held, bonus.New, bonus.Held);
                bool isLocked = bonus.ListDate > _core.Date && added > 0;
                _shares[slot] = isLocked ? added : 0;
                Issue(action, account, instrument, added, _shares[slot], 0, PostingKind.ShareIssue);
                break;
            case RightsIssue rights:
                _shares[slot] = held <= 0 ? 0 : (long)((Int128)held * rights.New / rights.Held);
                break;
        }
    }

    /// <summary>Splits, delistings and conversions: what takes the place of the shares.</summary>
    private void Replace(int action, int account, int instrument)
    {
        PositionState position = _ledger.PositionOf(account, instrument);
        switch (_schedule.Actions[action])
        {
            case ShareSplit split when position.Quantity != 0:
                long after = ScaledMath.MulDivHalfUp(position.Quantity, split.To, split.From);
                long locked = (long)((Int128)position.Locked * split.To / split.From);
                if (position.Quantity > 0 && _lots is not null && _lots.Tracks(instrument))
                {
                    _lots.Scale(account, instrument, position.Quantity, after);
                }

                Post(action, account, instrument, after - position.Quantity, locked - position.Locked, 0, PostingKind.ShareIssue);
                break;
            case Delisting delisting:
                _isGone[instrument] = true;
                long price = delisting.PerShare?.Units ?? _ledger.LastPrice(instrument);
                Leave(action, account, instrument, position, _ledger.ValueOf(instrument, price, position.Quantity), PostingKind.Delisting);
                break;
            case Conversion conversion:
                _isGone[instrument] = true;
                int successor = _core.Panel.IndexOf(conversion.Successor);
                long converted = ScaledMath.MulDivHalfUp(position.Quantity, conversion.New, conversion.Held);
                Leave(action, account, instrument, position, 0, PostingKind.Conversion);
                if (_ledger.LastPrice(successor) == 0)
                {
                    _ledger.SetPrice(successor, ScaledMath.MulDivHalfUp(_ledger.LastPrice(instrument), conversion.Held, conversion.New));
                }

                Issue(action, account, successor, converted, 0, 0, PostingKind.Conversion);
                break;
        }
    }

    private void Leave(int action, int account, int instrument, in PositionState position, long amount, PostingKind kind)
    {
        if (position.Quantity == 0)
        {
            return;
        }

        if (position.Quantity > 0 && _lots is not null && _lots.Tracks(instrument))
        {
            // Leaving is no sale on the market: no dividend tax is charged for it.
            _lots.Remove(account, instrument, position.Quantity);
        }

        Post(action, account, instrument, -position.Quantity, -position.Locked, amount, kind);
    }

    private void Pay(int action)
    {
        int instrument = InstrumentOf(action);
        int currency = _ledger.CurrencyOf(instrument);
        for (int account = 0; account < _accountCount; account++)
        {
            int slot = Slot(action, account);
            if (_schedule.Actions[action] is CashDividend && _amounts[slot] != 0)
            {
                _ledger.AddReceivable(account, currency, -_amounts[slot]);
                Post(action, account, instrument, 0, 0, _amounts[slot], PostingKind.Dividend);
            }
            else if (_schedule.Actions[action] is RightsIssue rights)
            {
                Subscribe(action, rights, account, instrument, slot);
            }
        }
    }

    private void Subscribe(int action, RightsIssue rights, int account, int instrument, int slot)
    {
        long cash = Math.Max(0, _ledger.CashFor(account, instrument) - _ledger.UnsettledCash(account, _ledger.CurrencyOf(instrument), _core.Day));
        long affordable = (long)Int128.Min((Int128)cash * _ledger.ValueDivisor(instrument) / rights.Price.Units, long.MaxValue);
        long taken = _core.Settings.RightsPolicy == RightsPolicy.Subscribe && !_isGone[instrument] ? Math.Min(_shares[slot], affordable) : 0;
        _shares[slot] = 0;
        if (taken == 0)
        {
            return;
        }

        _shares[slot] = rights.ListDate > _core.Date ? taken : 0;
        Issue(action, account, instrument, taken, _shares[slot], -_ledger.ValueOf(instrument, rights.Price.Units, taken), PostingKind.Rights);
    }

    /// <summary>Posts shares that came in and keeps them for the tax on later dividends.</summary>
    private void Issue(int action, int account, int instrument, long shares, long locked, long amount, PostingKind kind)
    {
        if (shares > 0 && _lots is not null && _lots.Tracks(instrument))
        {
            _lots.Add(account, instrument, shares);
        }

        Post(action, account, instrument, shares, locked, amount, kind);
    }

    private void Post(int action, int account, int instrument, long shares, long locked, long amount, PostingKind kind)
    {
        if (shares == 0 && amount == 0)
        {
            return;
        }

        int currency = _ledger.CurrencyOf(instrument);
        _ledger.Post(account, instrument, shares, locked, currency, amount);
        CorporateAction one = _schedule.Actions[action];
        _core.Postings.Add(new Posting(
            _core.Date,
            kind,
            account,
            _ledger.Currencies.Name(currency),
            new Money(amount),
            _core.Panel.Series[instrument].Instrument.Symbol,
            new Quantity(shares),
            $"{one.Name} of {one.Symbol}, {one.EffectiveDate:yyyy-MM-dd}"));
    }

    /// <summary>Orders with prices from before a change of the number of shares mean something else after it; orders of what is gone mean nothing.</summary>
    private void EndOrders(int instrument, List<int> group)
    {
        bool changesShares = group.Exists(action => _schedule.Actions[action] is ShareSplit or BonusIssue or RightsIssue);
        if (!changesShares && !_isGone[instrument])
        {
            return;
        }

        OrderBook orders = _core.Orders;
        for (int i = 0; i < orders.OpenCount; i++)
        {
            int index = orders.OpenAt(i);
            ref OrderEntry order = ref orders[index];
            if (order.State != OrderState.Resting || order.Instrument != instrument)
            {
                continue;
            }

            if (_isGone[instrument])
            {
                orders.End(index, order.FilledQuantity > 0 ? OrderState.Clipped : OrderState.Rejected, BoundReasons.Delisted);
            }
            else if (order.Type is not (OrderType.Market or OrderType.MarketOnOpen or OrderType.MarketOnClose))
            {
                orders.End(index, OrderState.Cancelled, BoundReasons.Split);
            }
        }
    }

    private int Slot(int action, int account) => (action * _accountCount) + account;

    private int InstrumentOf(int action) => _core.Panel.IndexOf(_schedule.Actions[action].Symbol);

    private Board BoardOf(int instrument) => _core.Panel.Series[instrument].Instrument.Board;
}
