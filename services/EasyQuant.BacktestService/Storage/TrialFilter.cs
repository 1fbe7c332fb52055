namespace EasyQuant.BacktestService.Storage;

/// <summary>Which trials of a sweep.</summary>
/// <param name="Sample">in or out; null for all.</param>
/// <param name="Window">Number of the window; 0 for all.</param>
internal sealed record TrialFilter(string? Sample, int Window)
{
    /// <summary>Every trial.</summary>
    public static TrialFilter None { get; } = new(null, 0);
}
