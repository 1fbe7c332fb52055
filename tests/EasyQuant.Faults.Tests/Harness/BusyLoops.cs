using System.Diagnostics;
using System.Globalization;

namespace EasyQuant.Faults.Harness;

/// <summary>Processes that do nothing but take processors; ended when disposed, and by themselves after half a minute.</summary>
internal sealed class BusyLoops(IReadOnlyList<Process> processes) : IAsyncDisposable
{
    /// <summary>Starts some.</summary>
    /// <param name="count">How many.</param>
    /// <param name="processors">What they may take, as <c>taskset</c> has it.</param>
    public static BusyLoops Start(int count, string processors = "0") => new([.. Enumerable.Range(0, count).Select(_ => StartOne(processors))]);

    public async ValueTask DisposeAsync()
    {
        foreach (Process process in processes)
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
            process.Dispose();
        }
    }

    // timeout becomes the parent of the loop and would leave it behind when killed: the loop counts instead.
    private static Process StartOne(string processors)
    {
        var start = new ProcessStartInfo("taskset");
        foreach (string argument in new[] { "-c", processors, "sh", "-c", string.Create(CultureInfo.InvariantCulture, $"i=0; while [ $i -lt {30_000_000} ]; do i=$((i+1)); done") })
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start)!;
    }
}
