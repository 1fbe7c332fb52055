namespace EasyQuant.EndToEnd;

/// <summary>Waits for conditions that nothing announces; a deadline prints what was awaited and what was there.</summary>
public static class Poll
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(100);

    /// <summary>Asks until the answer is yes.</summary>
    /// <param name="phase">What is awaited.</param>
    /// <param name="ask">The answer and what was seen.</param>
    /// <param name="cancellationToken">The deadline.</param>
    public static async Task UntilAsync(string phase, Func<Task<(bool IsMet, string Actual)>> ask, CancellationToken cancellationToken)
    {
        string actual = "nothing yet";
        try
        {
            while (true)
            {
                (bool isMet, actual) = await ask();
                if (isMet)
                {
                    return;
                }

                await Task.Delay(s_interval, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"Waiting for {phase}: was {actual} when the deadline passed.");
        }
    }
}
