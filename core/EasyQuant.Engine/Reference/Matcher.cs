using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>Decides whether, and for how much, an order fills at a bar, and books it.</summary>
internal sealed class Matcher(BacktestSettings settings, RuleBook rules, DailyPanel panel, Account account, FeeSchedule fees)
{
    private const string CashBound = "account.cash";
    private const string PositionBound = "account.position";

    public List<Fill> Fills { get; } = [];

    /// <summary>
    /// Steps: 1 price of the fill rule; 2 price limit; 3 quantity (position and T+1, lots, cash); 4 fees and booking.
    /// </summary>
    /// <returns>Filled shares, and the row that bound when fewer than asked.</returns>
    public (long Quantity, string? BoundBy) Match(int orderId, in OrderEntry order, int barIndex, int day)
    {
        DailySeries series = panel.Series[order.Instrument];
        DateOnly date = panel.Calendar.Days[day];
        long price = settings.FillRule == FillRule.NextOpen ? series.Open[barIndex] : series.Close[barIndex];
        if (price <= 0)
        {
            return (0, "market.no-price");
        }

        if (settings.ExchangeRules && ClosedSide(series, barIndex, date, order.Side, price) is { } limit)
        {
            return (0, limit);
        }

        FeeRates rates = fees.RatesFor(series.Instrument, date, order.Side);
        LotRule? lot = settings.ExchangeRules ? rules.Lot(series.Instrument.Board, date) : null;
        (long quantity, string? boundBy) = order.Side == OrderSide.Buy
            ? BuyQuantity(order.Quantity, price, series.Instrument.PriceScale, rates, lot)
            : SellQuantity(order.Instrument, order.Quantity, day, date, series.Instrument.Board, lot);
        if (order.Side == OrderSide.Sell && quantity > 0 && IsUnaffordableSale(price, quantity, series.Instrument.PriceScale, rates))
        {
            return (0, CashBound);
        }

        if (quantity > 0)
        {
            Book(orderId, order, series.Instrument, new Price(price), quantity, rates, day);
        }

        return (quantity, boundBy);
    }

    /// <summary>Returns the row of the price limit at which the order's side is closed: within one tick counts as at the limit.</summary>
    private string? ClosedSide(DailySeries series, int barIndex, DateOnly date, OrderSide side, long price)
    {
        Instrument instrument = series.Instrument;
        long reference = series.PreviousClose[barIndex];
        if (reference <= 0
            || rules.PriceLimit(instrument.Board, date, instrument.IsSpecialTreatment) is not { } limit
            || rules.Tick(instrument.Board, date) is not { } tickRule
            || IsFreeAfterListing(instrument, date))
        {
            return null;
        }

        Price tick = new(tickRule.Tick.Units * ScaledDecimal.PowerOfTen(instrument.PriceScale - Price.ShareScale));
        bool isClosed = side == OrderSide.Buy
            ? price >= limit.Upper(new Price(reference), tick).Units - tick.Units
            : price <= limit.Lower(new Price(reference), tick).Units + tick.Units;
        return isClosed ? limit.Id : null;
    }

    private bool IsFreeAfterListing(Instrument instrument, DateOnly date) =>
        instrument.ListDate is { } listed
        && listed >= panel.Calendar.Days[0]
        && rules.NewListing(instrument.Board, listed) is { } row
        && panel.Calendar.CountBetween(listed, date) <= row.FreeDays;

    private (long Quantity, string? BoundBy) BuyQuantity(long wanted, long price, int scale, in FeeRates rates, LotRule? lot)
    {
        long allowed = lot?.FloorBuy(wanted) ?? wanted;
        string? boundBy = allowed < wanted ? lot?.Id : null;
        if (allowed == 0 || Cost(allowed, price, scale, rates) <= account.Cash)
        {
            return (allowed, boundBy);
        }

        // The cost grows with the quantity, so the largest affordable lot is found by bisection over lots.
        long minimum = lot?.Minimum ?? 1;
        long step = lot?.Step ?? 1;
        long low = -1;
        long high = (allowed - minimum) / step;
        while (high - low > 1)
        {
            long middle = low + ((high - low) / 2);
            if (Cost(minimum + (middle * step), price, scale, rates) <= account.Cash)
            {
                low = middle;
            }
            else
            {
                high = middle;
            }
        }

        return (low < 0 ? 0 : minimum + (low * step), CashBound);
    }

    private (long Quantity, string? BoundBy) SellQuantity(
        int instrument, long wanted, int day, DateOnly date, Board board, LotRule? lot)
    {
        SettlementRule? settlement = settings.ExchangeRules ? rules.Settlement(board, date) : null;
        long held = account.Quantity(instrument);
        long sellable = account.Sellable(instrument, day, settlement?.ShareDays ?? 0);
        long allowed = Math.Min(wanted, sellable);
        string? boundBy = allowed == wanted ? null : wanted > held ? PositionBound : settlement?.Id;
        if (sellable < held && wanted > sellable)
        {
            boundBy = settlement?.Id;
        }

        if (allowed > 0 && lot is not null)
        {
            long floored = lot.FloorSell(allowed, held);
            boundBy = floored < allowed ? lot.Id : boundBy;
            allowed = floored;
        }

        return (allowed, boundBy);
    }

    /// <summary>True when the fees of a tiny sale exceed its value by more than the cash at hand.</summary>
    private bool IsUnaffordableSale(long price, long quantity, int scale, in FeeRates rates)
    {
        Money value = new Price(price).ValueOf(new Quantity(quantity), scale);
        return (Int128)account.Cash + value.Units - fees.Total(rates, value) < 0;
    }

    private Int128 Cost(long quantity, long price, int scale, in FeeRates rates)
    {
        // An amount beyond the range of money is beyond any cash.
        Int128 value = (Int128)price * quantity / ScaledDecimal.PowerOfTen(scale - Money.Scale);
        if (value > long.MaxValue / 4)
        {
            return Int128.MaxValue;
        }

        Money exact = new Price(price).ValueOf(new Quantity(quantity), scale);
        return (Int128)exact.Units + fees.Total(rates, exact);
    }

    private void Book(int orderId, in OrderEntry order, Instrument instrument, Price price, long quantity, in FeeRates rates, int day)
    {
        Money value = price.ValueOf(new Quantity(quantity), instrument.PriceScale);
        Fill fill = new(
            orderId,
            instrument.Symbol,
            panel.Calendar.Days[day],
            order.Side,
            price,
            new Quantity(quantity),
            value,
            fees.Commission(rates, value),
            fees.StampDuty(rates, value),
            fees.TransferFee(rates, value));
        if (order.Side == OrderSide.Buy)
        {
            account.Buy(order.Instrument, day, quantity, -fill.CashFlow.Units);
        }
        else
        {
            account.Sell(order.Instrument, quantity, fill.CashFlow.Units);
        }

        Fills.Add(fill);
    }
}
