using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>What an order meets, and its place in the day: a bar, or a tick as a bar of one moment.</summary>
internal readonly struct BarPrices
{
    public readonly long Open;
    public readonly long High;
    public readonly long Low;
    public readonly long Close;
    public readonly long Volume;
    public readonly long Amount;
    public readonly bool IsFirstOfDay;
    public readonly bool IsLastOfDay;

    /// <summary>True unless the policy wants rows of auctions and this is none.</summary>
    public readonly bool IsAuction;

    /// <summary>A bar; <paramref name="row"/> is the row of the instrument.</summary>
    public BarPrices(InstrumentBars series, int row, bool isFirstOfDay, bool isLastOfDay, bool isAuction)
    {
        Open = series.Open.Span[row];
        High = series.High.Span[row];
        Low = series.Low.Span[row];
        Close = series.Close.Span[row];
        Volume = series.Volume.Span[row];
        Amount = series.Amount.IsEmpty ? 0 : series.Amount.Span[row];
        IsFirstOfDay = isFirstOfDay;
        IsLastOfDay = isLastOfDay;
        IsAuction = isAuction;
    }

    /// <summary>A tick: who takes gets the quote of the other side when there is one, else the last price, which is also what limits and stops watch.</summary>
    public BarPrices(in Tick tick, OrderSide side, bool isFirstOfDay, bool isAuction)
    {
        long quote = side == OrderSide.Buy ? tick.Ask.Units : tick.Bid.Units;
        Open = quote > 0 ? quote : tick.Last.Units;
        High = tick.Last.Units;
        Low = tick.Last.Units;
        Close = tick.Last.Units;
        Volume = tick.Volume.Units;
        IsFirstOfDay = isFirstOfDay;
        IsAuction = isAuction;
    }
}
