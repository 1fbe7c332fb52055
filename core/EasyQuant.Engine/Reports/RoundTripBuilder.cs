using System.Collections.Immutable;
using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>Turns fills into round trips.</summary>
internal static class RoundTripBuilder
{
    /// <summary>Closed trips in order of their last fill, then open ones by symbol.</summary>
    public static ImmutableArray<RoundTrip> Build(MarketPanel panel, EngineRun run)
    {
        Dictionary<Symbol, int> scales = panel.Series.ToDictionary(
            series => series.Instrument.Symbol, series => series.Instrument.PriceScale);
        Dictionary<Symbol, Open> open = [];
        ImmutableArray<RoundTrip>.Builder trips = ImmutableArray.CreateBuilder<RoundTrip>();
        foreach (Fill fill in run.Fills)
        {
            if (!open.TryGetValue(fill.Symbol, out Open? trip))
            {
                trip = new Open(fill.Symbol, fill.TradingDate);
                open.Add(fill.Symbol, trip);
            }

            trip.Add(fill);
            if (trip.Held == 0)
            {
                trips.Add(trip.ToRoundTrip(fill.TradingDate, panel.Calendar, fill.TradingDate));
                open.Remove(fill.Symbol);
            }
        }

        DateOnly last = run.Equity[^1].TradingDate;
        foreach (Position position in run.Positions)
        {
            Open trip = open[position.Symbol];
            trip.MarkRest(position, scales[position.Symbol]);
            trips.Add(trip.ToRoundTrip(null, panel.Calendar, last));
        }

        return trips.ToImmutable();
    }

    private sealed class Open(Symbol symbol, DateOnly entryDate)
    {
        private Int128 _boughtPriceSum;
        private Int128 _soldPriceSum;
        private long _bought;
        private long _sold;
        private Money _cost;
        private Money _proceeds;
        private Money _fees;

        public long Held => _bought - _sold;

        public void Add(Fill fill)
        {
            Int128 priceSum = (Int128)fill.Price.Units * fill.Quantity.Units;
            _fees += fill.Fees;
            if (fill.Side == OrderSide.Buy)
            {
                _boughtPriceSum += priceSum;
                _bought += fill.Quantity.Units;
                _cost -= fill.CashFlow;
            }
            else
            {
                _soldPriceSum += priceSum;
                _sold += fill.Quantity.Units;
                _proceeds += fill.CashFlow;
            }
        }

        public void MarkRest(Position position, int scale)
        {
            _soldPriceSum += (Int128)position.LastPrice.Units * position.Quantity.Units;
            _sold += position.Quantity.Units;
            _proceeds += position.LastPrice.ValueOf(position.Quantity, scale);
        }

        public RoundTrip ToRoundTrip(DateOnly? exitDate, TradingCalendar calendar, DateOnly last)
        {
            Money profit = _proceeds - _cost;
            return new RoundTrip(
                symbol,
                entryDate,
                exitDate,
                new Quantity(_bought),
                Average(_boughtPriceSum, _bought),
                Average(_soldPriceSum, _sold),
                profit,
                _fees,
                _cost.Units == 0 ? 0 : (double)profit.Units / _cost.Units,
                calendar.CountBetween(entryDate, last));
        }

        private static Price Average(Int128 sum, long count) => new(checked((long)ScaledDecimal.DivideHalfUp(sum, count)));
    }
}
