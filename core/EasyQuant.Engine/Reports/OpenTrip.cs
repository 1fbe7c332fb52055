using System.Collections.Immutable;
using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>A round trip while it is being built.</summary>
internal sealed class OpenTrip(Instrument instrument, DateOnly entryDate, bool isShort)
{
    private readonly List<ShareChange> _changes = [];
    private Instrument _instrument = instrument;
    private Side _entry;
    private Side _exit;
    private Money _entryFees;
    private Money _fees;
    private Money _booked;

    /// <summary>Shares still open, at least 0.</summary>
    public long Held => _entry.Quantity - _exit.Quantity;

    private long UnitsOfMoney => ScaledDecimal.PowerOfTen(_instrument.PriceScale + _instrument.QuantityScale - Money.Scale);

    public Symbol Symbol => _instrument.Symbol;

    public bool IsShort => isShort;

    /// <summary>Cash that the trip has brought so far, fees paid.</summary>
    private Money NetCash => (isShort ? _entry.Value - _exit.Value : _exit.Value - _entry.Value) - _fees + _booked;

    /// <summary>True when a fill of this side adds to the position.</summary>
    public bool Takes(OrderSide side) => (side == OrderSide.Sell) == isShort;

    /// <summary>True when this change of the position makes it larger.</summary>
    public bool Grows(long shares) => (shares < 0) == isShort;

    /// <summary>True when a posting brings more shares of the other direction than the trip holds, as rights do that reach a short trip.</summary>
    public bool IsTurnedBy(Posting posting) =>
        posting.Shares.Units != 0 && Held > 0 && posting.Kind != PostingKind.Delisting && !Grows(posting.Shares.Units) && Math.Abs(posting.Shares.Units) > Held;

    public void Add(OrderSide side, Price price, long quantity, Money value, Money fees)
    {
        _fees += fees;
        if (Takes(side))
        {
            _entryFees += fees;
            _entry.Add((Int128)price.Units * quantity, quantity, value);
        }
        else
        {
            _exit.Add((Int128)price.Units * quantity, quantity, value);
        }
    }

    public void Book(Money amount) => _booked += amount;

    /// <summary>Takes a posting about the instrument: shares that come count as entries at no price, shares that go as exits at the amount.</summary>
    public void Post(Posting posting)
    {
        long shares = posting.Shares.Units;
        if (shares == 0)
        {
            _booked += posting.Amount;
        }
        else if (Grows(shares))
        {
            // Subscribed rights are paid for; shares of a split or bonus are not.
            Change(posting.TradingDate, Held + Math.Abs(shares));
            Money paid = isShort ? posting.Amount : -posting.Amount;
            _entry.Add((Int128)paid.Units * UnitsOfMoney, Math.Abs(shares), paid);
        }
        else if (posting.Kind == PostingKind.Delisting)
        {
            Money proceeds = isShort ? -posting.Amount : posting.Amount;
            _exit.Add((Int128)proceeds.Units * UnitsOfMoney, Math.Min(Held, Math.Abs(shares)), proceeds);
        }
        else
        {
            // A reverse split: fewer shares for the same cost.
            Change(posting.TradingDate, Held - Math.Abs(shares));
            _entry.Add(0, -Math.Min(Held, Math.Abs(shares)), Money.Zero);
            _booked += posting.Amount;
        }
    }

    /// <summary>Goes on as another instrument with the shares that a conversion brings.</summary>
    public OpenTrip As(Instrument successor, long shares, DateOnly date)
    {
        int scaleChange = successor.PriceScale + successor.QuantityScale - _instrument.PriceScale - _instrument.QuantityScale;
        Change(date, shares);
        _entry = _entry.Of(_exit.Quantity + shares, scaleChange);
        _exit = _exit.Of(_exit.Quantity, scaleChange);
        _instrument = successor;
        return this;
    }

    /// <summary>
    /// Takes in shares that a conversion brings to an instrument that is held already, and what they had cost. Of the other direction they
    /// offset each other.
    /// </summary>
    /// <returns>The shares that are left for the arriving trip, 0 when this one took it in.</returns>
    public long Net(OpenTrip arriving, long shares)
    {
        if (arriving.IsShort == isShort)
        {
            Money cost = arriving._entry.Value - arriving._exit.Value;
            _entry.Add((Int128)cost.Units * UnitsOfMoney, shares, cost);
            _entryFees += arriving._entryFees;
            _fees += arriving._fees;
            _booked += arriving._booked;
            return 0;
        }

        long offset = Math.Min(Held, shares);
        _exit.Add(0, offset, Money.Zero);
        if (offset == shares)
        {
            _booked += arriving.NetCash;
            _fees += arriving._fees;
            _booked += arriving._fees;
        }

        return shares - offset;
    }

    /// <summary>The shares are gone for nothing.</summary>
    public void Vanish() => _exit.Add(0, Held, Money.Zero);

    public void MarkRest(Price price)
    {
        Int128 sum = (Int128)price.Units * Held;
        _exit.Add(sum, Held, new Money(checked((long)ScaledDecimal.DivideHalfUp(sum, UnitsOfMoney))));
    }

    public RoundTrip ToRoundTrip(DateOnly? exitDate, TradingCalendar calendar, DateOnly last)
    {
        Money profit = NetCash;
        Money cost = _entry.Value + _entryFees;
        return new RoundTrip(
            _instrument.Symbol,
            entryDate,
            exitDate,
            new Quantity(_entry.Quantity),
            _entry.Average,
            _exit.Average,
            profit,
            _fees,
            cost.Units == 0 ? 0 : (double)profit.Units / cost.Units,
            calendar.CountBetween(entryDate, last),
            _entry.Value,
            isShort)
        {
            ShareChanges = [.. _changes],
        };
    }

    private void Change(DateOnly date, long held) => _changes.Add(new ShareChange(date, Held == 0 ? 1 : (double)held / Held));

    /// <summary>Shares that one share became on a date.</summary>
    internal readonly record struct ShareChange(DateOnly Date, double Factor);

    private struct Side
    {
        private Int128 _priceSum;

        public long Quantity { get; private set; }

        public Money Value { get; private set; }

        public readonly Price Average => new(Quantity == 0 ? 0 : checked((long)ScaledDecimal.DivideHalfUp(_priceSum, Quantity)));

        public void Add(Int128 priceSum, long quantity, Money value)
        {
            _priceSum += priceSum;
            Quantity = checked(Quantity + quantity);
            Value += value;
        }

        /// <summary>The same value with another count of shares and another price scale.</summary>
        public readonly Side Of(long quantity, int scaleChange) => new()
        {
            _priceSum = scaleChange >= 0
                ? _priceSum * ScaledDecimal.PowerOfTen(scaleChange)
                : ScaledDecimal.DivideHalfUp(_priceSum, ScaledDecimal.PowerOfTen(-scaleChange)),
            Quantity = quantity,
            Value = Value,
        };
    }
}
