namespace EasyQuant.Engine;

/// <summary>Batch form of an indicator of one column.</summary>
internal delegate void IndicatorBatch(ReadOnlySpan<double> values, int period, Span<double> result);
