using System.Globalization;

namespace EasyQuant.BacktestService.Sandbox;

/// <summary>What the processes of one job may take together.</summary>
/// <param name="MemoryBytesMax">Resident memory, managed, native, stacks and temporary files alike, in bytes. Swap is not given.</param>
/// <param name="TaskCountMax">Processes and threads.</param>
/// <param name="ProcessorCountMax">Processors' worth of time: in each period of 100 ms so many times 100 ms.</param>
internal sealed record ControlGroupLimits(long MemoryBytesMax, int TaskCountMax, int ProcessorCountMax)
{
    private const int PeriodMicros = 100_000;

    // The programs around the sandbox program, those that prepare its file tree, and their pipes.
    private const int HelperCount = 12;

    /// <summary>Processor time in each period of 100 ms, in microseconds, at least 1,000. Default: that of the processors.</summary>
    public long QuotaMicros { get; init; } = (long)ProcessorCountMax * PeriodMicros;

    /// <summary>The limits of the options.</summary>
    public static ControlGroupLimits Of(SandboxOptions options) => new(
        options.HeapBytesMax + options.NativeBytesMax, options.ThreadCountMax + HelperCount, options.ProcessorCountMax);

    /// <summary>
    /// Files of a group and what is written to them, in order; those that may be absent (a kernel without accounting of swap) are not needed. Names are facts of the
    /// kernel: Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/.
    /// </summary>
    /// <param name="place">Where the group lies, by controller.</param>
    /// <param name="name">Name of the group.</param>
    public IEnumerable<(string Path, string Value, bool IsNeeded)> FilesOf(ControlGroupPlace place, string name)
    {
        if (place.Memory is { } memory)
        {
            yield return (Path.Join(memory, name, place.IsUnified ? "memory.max" : "memory.limit_in_bytes"), Text(MemoryBytesMax), true);
            yield return place.IsUnified
                ? (Path.Join(memory, name, "memory.swap.max"), "0", false)
                : (Path.Join(memory, name, "memory.memsw.limit_in_bytes"), Text(MemoryBytesMax), false);
        }

        if (place.Tasks is { } tasks)
        {
            yield return (Path.Join(tasks, name, "pids.max"), Text(TaskCountMax), true);
        }

        if (place.Processors is { } processors)
        {
            string quota = Text(QuotaMicros);
            if (place.IsUnified)
            {
                yield return (Path.Join(processors, name, "cpu.max"), $"{quota} {PeriodMicros}", true);
            }
            else
            {
                yield return (Path.Join(processors, name, "cpu.cfs_period_us"), Text(PeriodMicros), true);
                yield return (Path.Join(processors, name, "cpu.cfs_quota_us"), quota, true);
            }
        }
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
