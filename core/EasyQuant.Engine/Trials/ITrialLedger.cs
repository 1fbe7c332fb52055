namespace EasyQuant.Engine;

/// <summary>
/// Counts every backtest of one project by strategy family and data window, so that a result can say how many trials it was chosen
/// from. Trials are added, never changed or taken away. Implementations are thread-safe and pass the contract suite of the tests.
/// </summary>
public interface ITrialLedger
{
    /// <summary>Adds a trial. Idempotent: a key that the family knows already changes nothing; under another family it is another trial.</summary>
    /// <param name="trial">The trial.</param>
    /// <param name="cancellationToken">Stops waiting; the trial may have been added.</param>
    /// <returns>True when the trial is new.</returns>
    ValueTask<bool> AddAsync(Trial trial, CancellationToken cancellationToken);

    /// <summary>
    /// Summarises the trials of a family whose window shares at least one day with the window given, whatever data they ran on: who
    /// tried an idea on other symbols of the same years has seen those years too.
    /// </summary>
    /// <returns>The same bits for the same trials, in whatever order they were added.</returns>
    /// <param name="family">Name of the family.</param>
    /// <param name="first">First day of the window, included.</param>
    /// <param name="last">Last day of the window, included.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    ValueTask<TrialSummary> SummarizeAsync(string family, DateOnly first, DateOnly last, CancellationToken cancellationToken);
}
