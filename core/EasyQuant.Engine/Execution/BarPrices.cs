namespace EasyQuant.Engine;

/// <summary>The bar that an order meets, and its place in the day; <c>row</c> is the row of the instrument.</summary>
internal readonly struct BarPrices(InstrumentBars series, int row, bool isFirstOfDay, bool isLastOfDay)
{
    public readonly long Open = series.Open.Span[row];
    public readonly long High = series.High.Span[row];
    public readonly long Low = series.Low.Span[row];
    public readonly long Close = series.Close.Span[row];
    public readonly long Volume = series.Volume.Span[row];
    public readonly long Amount = series.Amount.IsEmpty ? 0 : series.Amount.Span[row];
    public readonly bool IsFirstOfDay = isFirstOfDay;
    public readonly bool IsLastOfDay = isLastOfDay;
}
