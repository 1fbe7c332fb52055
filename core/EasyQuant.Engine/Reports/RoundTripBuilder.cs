using System.Collections.Immutable;
using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>
/// Turns fills and postings into round trips, per account. A fill that turns a position over ends one trip and starts the next: value and
/// fees are split by shares, rounded half up, and the next trip bears the rest. Dividends, rights and borrow fees count as profit of
/// the trip; shares that a corporate action adds lower its average entry price; a conversion goes on as the same trip.
/// </summary>
internal sealed class RoundTripBuilder
{
    private readonly MarketPanel _panel;
    private readonly EngineRun _run;
    private readonly SortedDictionary<(int Account, Symbol Symbol), OpenTrip> _open = [];
    private readonly Dictionary<int, OpenTrip> _converting = [];
    private readonly ImmutableArray<RoundTrip>.Builder _trips = ImmutableArray.CreateBuilder<RoundTrip>();

    private RoundTripBuilder(MarketPanel panel, EngineRun run)
    {
        _panel = panel;
        _run = run;
    }

    /// <summary>Closed trips in order of their end, then open ones by account and symbol.</summary>
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
        Dictionary<(int Account, Symbol Symbol), Price> prices =
            _run.Positions.ToDictionary(position => (position.Account, position.Symbol), position => position.LastPrice);
        foreach (((int Account, Symbol Symbol) key, OpenTrip trip) in _open)
        {
            trip.MarkRest(prices[key]);
            _trips.Add(trip.ToRoundTrip(null, _panel.Calendar, last));
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
        else if (posting.Symbol != default && _open.TryGetValue(key, out OpenTrip? trip))
        {
            trip.Post(posting);
            CloseIfFlat(key, trip, posting.TradingDate);
        }
    }

    /// <summary>The old shares go out in one posting, the new ones come in with another.</summary>
    private void Convert(Posting posting, (int Account, Symbol Symbol) key)
    {
        if (_open.Remove(key, out OpenTrip? leaving) && !leaving.Grows(posting.Shares.Units))
        {
            _converting[posting.Account] = leaving;
            leaving.Book(posting.Amount);
        }
        else if (_converting.Remove(posting.Account, out OpenTrip? arriving))
        {
            Instrument successor = _panel.Series[_panel.IndexOf(posting.Symbol)].Instrument;
            if (leaving is null)
            {
                _open.Add(key, arriving.As(successor, posting));
            }
            else
            {
                _open.Add(key, leaving.Merge(arriving, posting));
            }
        }
        else if (leaving is not null)
        {
            _open.Add(key, leaving);
        }
    }

    private void CloseIfFlat((int Account, Symbol Symbol) key, OpenTrip trip, DateOnly date)
    {
        if (trip.Held == 0)
        {
            _trips.Add(trip.ToRoundTrip(date, _panel.Calendar, date));
            _open.Remove(key);
        }
    }
}
