namespace EasyQuant.Engine;

/// <summary>The bar that an order meets, and its place in the day.</summary>
internal readonly struct BarPrices(InstrumentBars series, int bar, bool isFirstOfDay, bool isLastOfDay)
{
    public readonly long Open = series.Open.Span[bar];
    public readonly long High = series.High.Span[bar];
    public readonly long Low = series.Low.Span[bar];
    public readonly long Close = series.Close.Span[bar];
    public readonly long Volume = series.Volume.Span[bar];
    public readonly long Amount = series.Amount.IsEmpty ? 0 : series.Amount.Span[bar];
    public readonly bool IsFirstOfDay = isFirstOfDay;
    public readonly bool IsLastOfDay = isLastOfDay;
}
