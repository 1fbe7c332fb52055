using System.Diagnostics;

namespace EasyQuant.Services.Tests.Scheduler;

/// <summary>Waits for a state that other tasks or servers bring about.</summary>
internal static class Eventually
{
    /// <summary>Asks every 50 ms until the answer is accepted; after the deadline it fails with the last answer.</summary>
    public static async Task<T> BecomesAsync<T>(string what, Func<Task<T>> ask, Func<T, bool> accept, TimeSpan deadline)
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            T answer = await ask();
            if (accept(answer))
            {
                return answer;
            }

            if (Stopwatch.GetElapsedTime(start) > deadline)
            {
                throw new TimeoutException($"Waited {deadline.TotalSeconds} s for {what}; the last answer was: {answer}");
            }

            await Task.Delay(50);
        }
    }

    /// <summary>Waits until a condition holds.</summary>
    public static Task TrueAsync(string what, Func<Task<bool>> ask, TimeSpan deadline) => BecomesAsync(what, ask, answer => answer, deadline);
}
