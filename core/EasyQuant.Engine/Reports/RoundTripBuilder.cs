using System.Collections.Immutable;
using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>
/// Turns fills and postings into round trips, per account. A fill that turns a position over ends one trip and starts the next: value and
/// fees are split by shares, rounded half up, and the next trip bears the rest. Dividends, rights and borrow fees count as profit of
/// the trip, those that arrive after its end too; shares that a corporate action adds lower its average entry price; a conversion goes
/// on as the same trip. So the profits of an account and currency sum to the cash flows of its fills and of the postings about
/// instruments, plus its positions at their last prices.
/// </summary>
public sealed class RoundTripBuilder
{
    private readonly MarketPanel _panel;
    private readonly EngineRun _run;
    private readonly SortedDictionary<(int Account, Symbol Symbol), OpenTrip> _open = [];
    private readonly Dictionary<int, OpenTrip> _converting = [];
    private readonly Dictionary<(int Account, Symbol Symbol), int> _lastEnded = [];
    private readonly ImmutableArray<RoundTrip>.Builder _trips = ImmutableArray.CreateBuilder<RoundTrip>();

    private RoundTripBuilder(MarketPanel panel, EngineRun run)
    {
        _panel = panel;
        _run = run;
    }

    /// <summary>Returns the round trips of a run: closed ones in order of their end, then open ones by account and symbol.</summary>
    /// <param name="panel">The panel the run was on.</param>
    /// <param name="run">The run; has at least one day.</param>
    public static ImmutableArray<RoundTrip> Build(MarketPanel panel, EngineRun run) => new RoundTripBuilder(panel, run).Build();

    private ImmutableArray<RoundTrip> Build()
    {
        int next = 0;
        foreach (Fill fill in _run.Fills)
        {
            // Postings are booked before the first bar of their day.
            for (; next < _run.Postings.Length && _run.Postings[next].TradingDate <= fill.TradingDate; next++)
            {
                Post(_run.Postings[next]);
            }

            Take(fill);
        }

        for (; next < _run.Postings.Length; next++)
        {
            Post(_run.Postings[next]);
        }

        DateOnly last = _run.Equity[^1].TradingDate;
        foreach ((int account, OpenTrip trip) in _converting.OrderBy(pair => pair.Key))
        {
            End(trip, account, last);
        }

        Dictionary<(int Account, Symbol Symbol), Price> prices =
            _run.Positions.ToDictionary(position => (position.Account, position.Symbol), position => position.LastPrice);
        foreach (((int Account, Symbol Symbol) key, OpenTrip trip) in _open)
        {
            trip.MarkRest(prices[key]);
            _trips.Add(Finished(trip, null, last, key.Account));
        }

        return _trips.ToImmutable();
    }

    private void Take(Fill fill)
    {
        long left = fill.Quantity.Units;
        Money value = fill.Value;
        Money fees = fill.Fees;
        (int Account, Symbol Symbol) key = (fill.Account, fill.Symbol);
        while (left > 0)
        {
            if (!_open.TryGetValue(key, out OpenTrip? trip))
            {
                Instrument instrument = _panel.Series[_panel.IndexOf(fill.Symbol)].Instrument;
                trip = new OpenTrip(instrument, fill.TradingDate, fill.Side == OrderSide.Sell);
                _open.Add(key, trip);
            }

            long taken = trip.Takes(fill.Side) ? left : Math.Min(left, trip.Held);
            Money valueShare = new(ScaledMath.MulDivHalfUp(value.Units, taken, left));
            Money feeShare = new(ScaledMath.MulDivHalfUp(fees.Units, taken, left));
            trip.Add(fill.Side, fill.Price, taken, valueShare, feeShare);
            left -= taken;
            value -= valueShare;
            fees -= feeShare;
            CloseIfFlat(key, trip, fill.TradingDate);
        }
    }

    private void Post(Posting posting)
    {
        (int Account, Symbol Symbol) key = (posting.Account, posting.Symbol);
        if (posting.Kind == PostingKind.Conversion && posting.Shares.Units != 0)
        {
            Convert(posting, key);
        }
        else if (_open.TryGetValue(key, out OpenTrip? trip))
        {
            if (trip.IsTurnedBy(posting))
            {
                (Posting closing, Posting rest) = Split(posting, trip.Held);
                Post(closing);
                Post(rest);
                return;
            }

            trip.Post(posting);
            CloseIfFlat(key, trip, posting.TradingDate);
        }
        else if (posting.Shares.Units != 0)
        {
            // Rights of shares that were sold meanwhile begin a trip of their own.
            trip = new OpenTrip(_panel.Series[_panel.IndexOf(posting.Symbol)].Instrument, posting.TradingDate, posting.Shares.Units < 0);
            trip.Post(posting);
            _open.Add(key, trip);
        }
        else if (_lastEnded.TryGetValue(key, out int ended))
        {
            // Paid after the trip had ended: a dividend, say, of shares that were held on its record date.
            RoundTrip trade = _trips[ended];
            Money profit = trade.Profit + posting.Amount;
            double before = trade.Profit.Units == 0 ? 0 : trade.Return / trade.Profit.Units;
            _trips[ended] = trade with
            {
                Profit = profit,
                Return = before != 0 ? before * profit.Units : trade.EntryValue.Units == 0 ? 0 : (double)profit.Units / trade.EntryValue.Units,
            };
        }
    }

    /// <summary>Splits a posting by shares: those that close a trip, and the rest.</summary>
    private static (Posting Closing, Posting Left) Split(Posting posting, long held)
    {
        long shares = posting.Shares.Units;
        long closing = shares < 0 ? -held : held;
        Money amount = new((long)ScaledDecimal.DivideHalfUp((Int128)posting.Amount.Units * held, Math.Abs(shares)));
        return (
            posting with { Shares = new Quantity(closing), Amount = amount },
            posting with { Shares = new Quantity(shares - closing), Amount = posting.Amount - amount });
    }

    /// <summary>The old shares go out in one posting, the new ones, unless they round to none, come in with the next.</summary>
    private void Convert(Posting posting, (int Account, Symbol Symbol) key)
    {
        if (!_converting.Remove(posting.Account, out OpenTrip? arriving))
        {
            if (_open.Remove(key, out OpenTrip? leaving))
            {
                leaving.Book(posting.Amount);
                _converting[posting.Account] = leaving;
            }

            return;
        }

        if (arriving.Symbol == posting.Symbol || (posting.Shares.Units < 0) != arriving.IsShort)
        {
            // Another conversion: of this one nothing came back.
            End(arriving, posting.Account, posting.TradingDate);
            Convert(posting, key);
            return;
        }

        arriving.Book(posting.Amount);
        long shares = Math.Abs(posting.Shares.Units);
        if (_open.TryGetValue(key, out OpenTrip? held))
        {
            shares = held.Net(arriving, shares);
            CloseIfFlat(key, held, posting.TradingDate);
        }

        if (shares > 0)
        {
            Instrument successor = _panel.Series[_panel.IndexOf(posting.Symbol)].Instrument;
            _open.Add(key, arriving.As(successor, shares, posting.TradingDate));
        }
    }

    private RoundTrip Finished(OpenTrip trip, DateOnly? exitDate, DateOnly last, int account) => trip.ToRoundTrip(exitDate, _panel.Calendar, last) with
    {
        Account = account,
        BaseRate = RateOf(_panel.Series[_panel.IndexOf(trip.Symbol)].Instrument.Currency, last),
    };

    /// <summary>Rate of a currency into the base of the run, which every account names first, at the close of a day.</summary>
    private long RateOf(string currency, DateOnly date)
    {
        if (_run.Accounts.IsEmpty || currency == _run.Accounts[0].FinalCash[0].Currency)
        {
            return Money.BaseRateOne;
        }

        FxRates? rates = _panel.ExchangeRates.FirstOrDefault(one => one.Currency == currency);
        return rates is null ? Money.BaseRateOne : rates.Rates.Span[RunPeriod.IndexFrom(_panel.Calendar, date)];
    }

    /// <summary>Ends a trip whose shares are gone for nothing.</summary>
    private void End(OpenTrip trip, int account, DateOnly date)
    {
        trip.Vanish();
        _trips.Add(Finished(trip, date, date, account));
    }

    private void CloseIfFlat((int Account, Symbol Symbol) key, OpenTrip trip, DateOnly date)
    {
        if (trip.Held == 0)
        {
            _trips.Add(Finished(trip, date, date, key.Account));
            _open.Remove(key);
            _lastEnded[key] = _trips.Count - 1;
        }
    }
}
