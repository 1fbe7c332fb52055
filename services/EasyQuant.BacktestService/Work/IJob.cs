namespace EasyQuant.BacktestService.Work;

/// <summary>The computation of one lease.</summary>
internal interface IJob
{
    /// <summary>Share of the work done, 0 to 1. Thread-safe.</summary>
    double Progress { get; }

    /// <summary>Computes and stores.</summary>
    /// <param name="cancellationToken">Ends the computation.</param>
    /// <returns>False when the epoch was stale and nothing more was stored.</returns>
    Task<bool> RunAsync(CancellationToken cancellationToken);
}
