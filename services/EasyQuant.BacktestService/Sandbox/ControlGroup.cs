using System.Diagnostics;
using System.Globalization;

namespace EasyQuant.BacktestService.Sandbox;

/// <summary>The control groups of one job. A process joins them before it starts anything; the disposal ends what is left in them and deletes them.</summary>
internal sealed class ControlGroup : IAsyncDisposable
{
    private const int DeleteTriesMax = 250;
    private static readonly TimeSpan s_deletePause = TimeSpan.FromMilliseconds(20);
    private readonly ControlGroupPlace _place;
    private readonly string _name;

    private ControlGroup(ControlGroupPlace place, string name)
    {
        _place = place;
        _name = name;
        Folders = [.. place.Folders.Select(folder => Path.Join(folder, name))];
    }

    /// <summary>Folders whose <c>cgroup.procs</c> a process writes 0 to in order to join.</summary>
    public IReadOnlyList<string> Folders { get; }

    /// <summary>True when the kernel ended a process of the group because its memory was used up.</summary>
    public bool IsOutOfMemory =>
        _place.Memory is { } memory
        && ControlGroupFiles.TryRead(Path.Join(memory, _name, _place.IsUnified ? "memory.events" : "memory.oom_control")) is { } text
        && text.Split('\n').Any(line => line.StartsWith("oom_kill ", StringComparison.Ordinal) && line != "oom_kill 0");

    /// <summary>Makes the groups and sets their limits.</summary>
    /// <param name="place">Where.</param>
    /// <param name="name">Name, not in use.</param>
    /// <param name="limits">What the processes may take together.</param>
    /// <exception cref="SandboxException">SANDBOX_UNAVAILABLE: a group could be made when the service started, and now cannot be.</exception>
    public static async Task<ControlGroup> CreateAsync(ControlGroupPlace place, string name, ControlGroupLimits limits)
    {
        var group = new ControlGroup(place, name);
        if (group.Folders.All(ControlGroupFiles.TryMake) && limits.FilesOf(place, name).All(one => ControlGroupFiles.TryWrite(one.Path, one.Value) || !one.IsNeeded))
        {
            return group;
        }

        await group.DisposeAsync();
        throw new SandboxException("SANDBOX_UNAVAILABLE", $"The control group {name} cannot be made with its limits, so no strategy is started.");
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        for (int i = 0; i < DeleteTriesMax && !TryDelete(); i++)
        {
            await Task.Delay(s_deletePause);
        }
    }

    // What cannot be deleted now (a process in a system call that does not end) is deleted as a leftover one day later.
    private bool TryDelete()
    {
        foreach (string folder in Folders)
        {
            foreach (string line in (ControlGroupFiles.TryRead(Path.Join(folder, "cgroup.procs")) ?? "").Split('\n'))
            {
                // Processes of another namespace are listed as 0.
                if (int.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out int id) && id > 1)
                {
                    Kill(id);
                }
            }
        }

        return Folders.Count(ControlGroupFiles.TryDelete) == Folders.Count;
    }

    private static void Kill(int processId)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            process.Kill();
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            // It has ended by itself.
        }
    }
}
