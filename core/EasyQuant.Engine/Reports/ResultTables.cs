using EasyQuant.Data;
using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>Results as tables; amounts are decimals of scale 4.</summary>
public static class ResultTables
{
    /// <summary>Returns the equity curve: trading_date, equity, cash, drawdown (fraction below the highest equity so far, 0 to 1).</summary>
    public static Table Equity(BacktestResult result)
    {
        TableBuilder builder = new([
            new ColumnSchema("trading_date", ColumnType.Date),
            new ColumnSchema("equity", ColumnType.Decimal, Money.Scale),
            new ColumnSchema("cash", ColumnType.Decimal, Money.Scale),
            new ColumnSchema("drawdown", ColumnType.Float64),
        ]);
        Money peak = result.Statistics.InitialEquity;
        foreach (EquityPoint point in result.Run.Equity)
        {
            peak = point.Equity > peak ? point.Equity : peak;
            builder[0].Append(point.TradingDate);
            builder[1].AppendRaw(point.Equity.Units);
            builder[2].AppendRaw(point.Cash.Units);
            builder[3].Append(Drawdown.DepthOf(point.Equity, peak));
        }

        return builder.Build();
    }

    /// <summary>
    /// Returns the round trips: symbol, entry_date, exit_date (null while open), quantity, entry_price, exit_price, profit, fees, return,
    /// day_count. Prices have the scale of the panel. Quantities are shares as whole numbers, or, in a panel with parts of a unit, decimals of the finest scale in it.
    /// </summary>
    public static Table Trades(BacktestResult result, MarketPanel panel)
    {
        ResultQuantities quantities = new(panel);
        TableBuilder builder = new([
            new ColumnSchema("symbol", ColumnType.String),
            new ColumnSchema("entry_date", ColumnType.Date),
            new ColumnSchema("exit_date", ColumnType.Date),
            quantities.Column("quantity"),
            new ColumnSchema("entry_price", ColumnType.Decimal, PriceScale(panel)),
            new ColumnSchema("exit_price", ColumnType.Decimal, PriceScale(panel)),
            new ColumnSchema("profit", ColumnType.Decimal, Money.Scale),
            new ColumnSchema("fees", ColumnType.Decimal, Money.Scale),
            new ColumnSchema("return", ColumnType.Float64),
            new ColumnSchema("day_count", ColumnType.Int64),
        ]);
        foreach (RoundTrip trip in result.Trades)
        {
            builder[0].Append(trip.Symbol.ToString());
            builder[1].Append(trip.EntryDate);
            if (trip.ExitDate is { } exit)
            {
                builder[2].Append(exit);
            }
            else
            {
                builder[2].AppendNull();
            }

            builder[3].AppendRaw(quantities.Units(trip.Symbol, trip.Quantity));
            builder[4].AppendRaw(trip.EntryPrice.Units);
            builder[5].AppendRaw(trip.ExitPrice.Units);
            builder[6].AppendRaw(trip.Profit.Units);
            builder[7].AppendRaw(trip.Fees.Units);
            builder[8].Append(trip.Return);
            builder[9].Append((long)trip.DayCount);
        }

        return builder.Build();
    }

    /// <summary>
    /// Returns the fills: order_id, symbol, trading_date, side, price, quantity, value, commission, stamp_duty, transfer_fee, dividend_tax, fees_explained (each
    /// fee with its rate and the row of the rule book; the tax only where there is one), time (of the tick, else the start of the bar, UTC). Cash changes by the value and the four fees.
    /// Quantities as of <see cref="Trades"/>.
    /// </summary>
    public static Table Fills(BacktestResult result, MarketPanel panel)
    {
        ResultQuantities quantities = new(panel);
        TableBuilder builder = new([
            new ColumnSchema("order_id", ColumnType.Int64),
            new ColumnSchema("symbol", ColumnType.String),
            new ColumnSchema("trading_date", ColumnType.Date),
            new ColumnSchema("side", ColumnType.String),
            new ColumnSchema("price", ColumnType.Decimal, PriceScale(panel)),
            quantities.Column("quantity"),
            new ColumnSchema("value", ColumnType.Decimal, Money.Scale),
            new ColumnSchema("commission", ColumnType.Decimal, Money.Scale),
            new ColumnSchema("stamp_duty", ColumnType.Decimal, Money.Scale),
            new ColumnSchema("transfer_fee", ColumnType.Decimal, Money.Scale),
            new ColumnSchema("dividend_tax", ColumnType.Decimal, Money.Scale),
            new ColumnSchema("fees_explained", ColumnType.String),
            new ColumnSchema("time", ColumnType.Timestamp),
        ]);
        foreach (Fill fill in result.Run.Fills)
        {
            builder[0].Append((long)fill.OrderId);
            builder[1].Append(fill.Symbol.ToString());
            builder[2].Append(fill.TradingDate);
            builder[3].Append(fill.Side == OrderSide.Buy ? "buy" : "sell");
            builder[4].AppendRaw(fill.Price.Units);
            builder[5].AppendRaw(quantities.Units(fill.Symbol, fill.Quantity));
            builder[6].AppendRaw(fill.Value.Units);
            builder[7].AppendRaw(fill.Commission.Amount.Units);
            builder[8].AppendRaw(fill.StampDuty.Amount.Units);
            builder[9].AppendRaw(fill.TransferFee.Amount.Units);
            builder[10].AppendRaw(fill.DividendTax.Amount.Units);
            string tax = fill.DividendTax.Amount == Money.Zero ? "" : $"; {fill.DividendTax}";
            builder[11].Append($"{fill.Commission}; {fill.StampDuty}; {fill.TransferFee}{tax}");
            builder[12].Append((fill.TickTime ?? fill.BarStart).UtcDateTime);
        }

        return builder.Build();
    }

    private static int PriceScale(MarketPanel panel) => panel.Series[0].Instrument.PriceScale;
}
