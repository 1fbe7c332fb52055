using System.Globalization;
using EasyQuant.Flow;

namespace EasyQuant.Nodes.Control;

/// <summary>Chooses where the rest of a fan-out executes from what its first items took. Pure: the same measurement gives the same choice.</summary>
/// <param name="MeasuredCount">Items that were measured one after another, at least 1.</param>
/// <param name="Wall">Time they took.</param>
/// <param name="Processor">Processor time of the process meanwhile.</param>
/// <param name="AllocatedBytes">Bytes the process allocated meanwhile.</param>
/// <param name="LeftCount">Items that are left.</param>
/// <param name="ProcessorCount">Processors of the machine.</param>
/// <param name="HasProcesses">Whether the host has child processes.</param>
/// <param name="HasRemote">Whether items can be runs of their own.</param>
internal readonly record struct BatchChoice(
    int MeasuredCount, TimeSpan Wall, TimeSpan Processor, long AllocatedBytes, int LeftCount, int ProcessorCount, bool HasProcesses, bool HasRemote)
{
    // Below this nothing that starts threads pays.
    private const double InlineSecondsMax = 0.05;

    // A durable run costs some milliseconds of the database; items must be long and the rest must be worth more machines.
    private const double RemoteItemSecondsMin = 0.25;
    private const double RemoteLeftSecondsMin = 60;

    // Threads of one process share one garbage collector; above this rate they wait for each other.
    private const double ProcessBytesPerSecondMin = 300e6;
    private const double ProcessLeftSecondsMin = 5;
    private const double ComputingShareMin = 0.5;

    /// <summary>Returns the place and a sentence that says why.</summary>
    public (ItemPlace Place, string Reason) Choose()
    {
        double seconds = Wall.TotalSeconds / MeasuredCount;
        double left = seconds * LeftCount;
        double share = Wall > TimeSpan.Zero ? Math.Min(1, Processor / Wall) : 1;
        double bytes = Wall > TimeSpan.Zero ? AllocatedBytes / Wall.TotalSeconds : 0;
        string measured = string.Create(
            CultureInfo.InvariantCulture,
            $"{MeasuredCount} items took {seconds * 1e3:0.###} ms each, {share:0%} of it computing, {bytes / 1e6:0} MB/s allocated; the other {LeftCount} need about {left:0.##} s");
        if (left <= InlineSecondsMax)
        {
            return (ItemPlace.Inline, $"{measured}: too little to share.");
        }

        if (HasRemote && seconds >= RemoteItemSecondsMin && left / ProcessorCount >= RemoteLeftSecondsMin)
        {
            return (ItemPlace.Remote, $"{measured}: worth all workers.");
        }

        if (share < ComputingShareMin)
        {
            return (ItemPlace.Threads, $"{measured}: they mostly wait, threads are enough.");
        }

        if (HasProcesses && bytes >= ProcessBytesPerSecondMin && left >= ProcessLeftSecondsMin)
        {
            return (ItemPlace.Processes, $"{measured}: they compute and allocate, processes have a garbage collector each.");
        }

        return ProcessorCount > 1
            ? (ItemPlace.Threads, $"{measured}: they compute, threads share the memory.")
            : (ItemPlace.Inline, $"{measured}: they compute and there is one processor.");
    }
}
