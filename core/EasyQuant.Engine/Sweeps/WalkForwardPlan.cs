namespace EasyQuant.Engine;

/// <summary>How a period is cut into windows: parameters are chosen in-sample, then tried on the days right after, which no choice has seen.</summary>
/// <param name="InSampleDays">Trading days of an in-sample window, at least 1; with <paramref name="IsAnchored"/> of the first one.</param>
/// <param name="OutOfSampleDays">Trading days of an out-of-sample window, at least 1; also the distance from window to window. The last may be shorter.</param>
/// <param name="IsAnchored">True lets every in-sample window start with the period and grow; false (rolling) keeps its length.</param>
/// <param name="WarmUpDays">
/// Trading days before each window, in-sample and out-of-sample alike, that strategies see without trading, so that indicators are ready on its first day; as many as
/// the data has before it. 0 (default): every window starts cold. The days lie before the window, so an out-of-sample window still sees nothing that comes after it.
/// </param>
public sealed record WalkForwardPlan(int InSampleDays, int OutOfSampleDays, bool IsAnchored, int WarmUpDays = 0);
