namespace EasyQuant.Engine;

/// <summary>One window of a walk-forward: in-sample and out-of-sample figures are never mixed.</summary>
/// <param name="InSampleFirst">First trading day of the sweep.</param>
/// <param name="InSampleLast">Last trading day of the sweep, included.</param>
/// <param name="OutOfSampleFirst">First trading day of the trial: the one after <paramref name="InSampleLast"/>.</param>
/// <param name="OutOfSampleLast">Last trading day of the trial, included.</param>
/// <param name="InSample">The best trial of the sweep, whose parameters were chosen.</param>
/// <param name="OutOfSample">The same parameters out-of-sample: a fresh run with the initial cash; indicators start anew, after the warm-up of the plan.</param>
public sealed record WalkForwardWindow(
    DateOnly InSampleFirst,
    DateOnly InSampleLast,
    DateOnly OutOfSampleFirst,
    DateOnly OutOfSampleLast,
    SweepTrial InSample,
    SweepTrial OutOfSample);
