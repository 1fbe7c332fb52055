using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>How a lane ended.</summary>
/// <param name="Equity">Cash plus the position at its last close.</param>
/// <param name="Cash">Cash.</param>
/// <param name="OrderCount">Orders given.</param>
/// <param name="FillCount">Fills.</param>
/// <param name="WinCount">Sales that brought more than the buy before them had cost, fees included.</param>
/// <param name="IsByEngine">True when the lane was run by the engine, because something happened in it that the kernel does not do.</param>
public readonly record struct LaneResult(Money Equity, Money Cash, int OrderCount, int FillCount, int WinCount, bool IsByEngine);
