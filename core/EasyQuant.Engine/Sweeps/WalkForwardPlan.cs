namespace EasyQuant.Engine;

/// <summary>How a period is cut into windows: parameters are chosen in-sample, then tried on the days right after, which no choice has seen.</summary>
/// <param name="InSampleDays">Trading days of an in-sample window, at least 1; with <paramref name="IsAnchored"/> of the first one.</param>
/// <param name="OutOfSampleDays">Trading days of an out-of-sample window, at least 1; also the distance from window to window. The last may be shorter.</param>
/// <param name="IsAnchored">True lets every in-sample window start with the period and grow; false (rolling) keeps its length.</param>
public sealed record WalkForwardPlan(int InSampleDays, int OutOfSampleDays, bool IsAnchored);
