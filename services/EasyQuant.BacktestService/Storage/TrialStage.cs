namespace EasyQuant.BacktestService.Storage;

/// <summary>Where in a sweep a trial stands.</summary>
/// <param name="Window">Window of a walk-forward, from 1; 0 without one.</param>
/// <param name="Round">Round of a halving search, from 1; 0 without one.</param>
/// <param name="Sample">all, in or out.</param>
/// <param name="StartDate">First trading day, included; null for that of the spec.</param>
/// <param name="EndDate">Last trading day, included; null for that of the spec.</param>
internal sealed record TrialStage(int Window, int Round, string Sample, DateOnly? StartDate, DateOnly? EndDate)
{
    /// <summary>Neither windows nor rounds.</summary>
    public const string All = "all";

    /// <summary>Parameters are chosen on these days.</summary>
    public const string In = "in";

    /// <summary>The chosen parameters are tried on these days.</summary>
    public const string Out = "out";

    /// <summary>A trial of a plain sweep.</summary>
    public static TrialStage Plain { get; } = new(0, 0, All, null, null);
}
