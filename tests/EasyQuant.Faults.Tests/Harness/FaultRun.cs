using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace EasyQuant.Faults.Harness;

/// <summary>Does a fault in the middle of the loads and asks the oracles.</summary>
internal static class FaultRun
{
    private const int TriesMax = 4;
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(4);

    /// <summary>
    /// Starts L1 and L2, does the fault once both are under way, heals what it left, waits for the end and asks the oracles. A fault that came after the end
    /// of the load shows nothing; then it is done again.
    /// </summary>
    /// <param name="bed">Where.</param>
    /// <param name="fault">Does the fault and takes it back; may leave processes dead and rules set.</param>
    /// <param name="deadChunks">Told after the fault: chunks that it made unreadable. Null for none.</param>
    /// <param name="atOnce">Does the fault before the loads are under way.</param>
    /// <param name="size">How large the loads are. Null for <see cref="LoadSize.Small"/>.</param>
    /// <param name="name">For the log.</param>
    /// <returns>What the oracles found: no violation.</returns>
    public static async Task<LoadCheck> UnderLoadAsync(
        FaultBed bed, Func<Load, CancellationToken, Task> fault, Func<int>? deadChunks = null, bool atOnce = false, LoadSize? size = null, [CallerMemberName] string name = "")
    {
        using var deadline = new CancellationTokenSource(s_deadline);
        try
        {
            for (int i = 0; i < TriesMax; i++)
            {
                bed.Note(name);
                Load load = await Load.StartAsync(bed, size ?? LoadSize.Small, deadline.Token);
                if (!atOnce)
                {
                    await load.WaitForAsync(8, 50, deadline.Token);
                }

                bed.Note("under way");
                bool isHit = !await load.IsOverAsync(deadline.Token);
                await fault(load, deadline.Token);
                bed.Note("fault done");
                await bed.HealAsync(deadline.Token);
                bed.Note("healed");
                await load.EndAsync(deadline.Token);
                bed.Note("ended");
                LoadCheck check = await LoadCheck.CheckAsync(bed, load, deadChunks?.Invoke() ?? 0, deadline.Token);
                bed.Note(string.Create(CultureInfo.InvariantCulture, $"{check.Violations.Count} violations, {check.CrashCount} crashes, {check.RecoveredCount} recovered, longest call {load.LongestCall.TotalSeconds:0.0} s, hit {isHit}"));
                Assert.True(check.Violations.Count == 0, $"{string.Join('\n', check.Violations.Take(20))}\n{bed.Story()}");
                Assert.True(load.LongestCall < TimeSpan.FromMinutes(1), $"A call took {load.LongestCall}.");
                if (isHit)
                {
                    bed.EndWell();
                    return check;
                }
            }
        }
        finally
        {
            // The client of a load that failed must not go on beside the next test.
            await deadline.CancelAsync();
        }

        throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"In {TriesMax} tries the load always ended before the fault. EQ_FAULT_SEED={bed.Seed}"));
    }

    /// <summary>Waits a random part of a time.</summary>
    public static Task SomeTimeAsync(FaultBed bed, int millisecondsMax, CancellationToken cancellationToken) => Task.Delay(bed.Random.Next(millisecondsMax), cancellationToken);

    /// <summary>Waits until a state is there, with a deadline that holds on a crowded machine.</summary>
    public static async Task<TimeSpan> MeasureAsync(Func<Task> work)
    {
        long began = Stopwatch.GetTimestamp();
        await work();
        return Stopwatch.GetElapsedTime(began);
    }
}
