namespace EasyQuant.Platform.Tests;

/// <summary>Bounds what a test waits for; a wait that ends by it names what did not happen.</summary>
internal static class Deadline
{
    public static CancellationToken In(int seconds) => new CancellationTokenSource(TimeSpan.FromSeconds(seconds)).Token;

    public static async Task UntilAsync(string what, Func<Task<bool>> condition, int seconds = 30)
    {
        CancellationToken deadline = In(seconds);
        while (!await condition())
        {
            if (deadline.IsCancellationRequested)
            {
                throw new TimeoutException($"Did not happen within {seconds} s: {what}.");
            }

            await Task.Delay(20, CancellationToken.None);
        }
    }
}
