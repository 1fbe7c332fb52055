using System.Diagnostics;
using Microsoft.Extensions.Options;

namespace EasyQuant.BacktestService.Sandbox;

/// <summary>
/// Control groups around the processes of users' strategies, where this machine lets the service make them; nothing otherwise. Looked for once, at first use. Thread-safe.
/// </summary>
internal sealed class ControlGroups
{
    private const string Prefix = "easyquant-sandbox-";
    private const int DeleteTriesMax = 50;
    private static readonly TimeSpan s_deletePause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan s_probeTimeMax = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_leftoverAge = TimeSpan.FromDays(1);
    private readonly SandboxOptions _options;
    private readonly TimeProvider _time;
    private readonly Lazy<ControlGroupPlace?> _place;

    /// <summary>Looks for nothing yet.</summary>
    public ControlGroups(IOptions<SandboxOptions> options, TimeProvider time)
    {
        _options = options.Value;
        _time = time;
        _place = new Lazy<ControlGroupPlace?>(Find);
    }

    /// <summary>File that names the mounts of this process. For tests.</summary>
    internal string MountInfo { get; init; } = "/proc/self/mountinfo";

    /// <summary>Where groups are made; null for nowhere.</summary>
    public ControlGroupPlace? Place => _place.Value;

    /// <summary>The limits of every job.</summary>
    public ControlGroupLimits Limits => ControlGroupLimits.Of(_options);

    /// <summary>Makes the groups of a job; null where there are none.</summary>
    /// <exception cref="SandboxException">SANDBOX_UNAVAILABLE: groups could be made before and now cannot.</exception>
    public async Task<ControlGroup?> CreateAsync() => Place is { } place ? await ControlGroup.CreateAsync(place, NewName(), Limits) : null;

    /// <summary>Says in one clause which bounds stand and which do not.</summary>
    public string Describe()
    {
        if (Place is not { } place)
        {
            string why = _options.UseControlGroups ? "no control group can be made here" : "control groups are switched off";
            return $"{why}: native memory is bounded by the address space only, threads by account, processors not";
        }

        string[] bounds =
        [
            place.Memory is null ? "memory by the address space only" : $"memory {Limits.MemoryBytesMax >> 20} MiB",
            place.Tasks is null ? "threads by account only" : $"{Limits.TaskCountMax} processes and threads",
            place.Processors is null ? "processors not bounded" : $"{Limits.ProcessorCountMax} processors",
        ];
        return $"control groups of version {(place.IsUnified ? 2 : 1)}: {string.Join(", ", bounds)}";
    }

    private ControlGroupPlace? Find()
    {
        if (!_options.UseControlGroups || !OperatingSystem.IsLinux() || ControlGroupFiles.TryRead(MountInfo) is not { } mounts)
        {
            return null;
        }

        ControlGroupPlace? place = ControlGroupSearch.Find(mounts, ControlGroupFiles.TryRead("/proc/self/cgroup") ?? "", CanHold);
        DateTime oldest = _time.GetUtcNow().UtcDateTime - s_leftoverAge;
        foreach (DirectoryInfo leftover in (place?.Folders ?? []).SelectMany(folder => new DirectoryInfo(folder).EnumerateDirectories(Prefix + "*")))
        {
            if (leftover.LastWriteTimeUtc < oldest)
            {
                ControlGroupFiles.TryDelete(leftover.FullName);
            }
        }

        return place;
    }

    private bool CanHold(string folder)
    {
        string group = Path.Join(folder, NewName());
        if (!ControlGroupFiles.TryMake(group) || !File.Exists(Path.Join(group, "cgroup.procs")))
        {
            return false;
        }

        try
        {
            using var process = Process.Start(new ProcessStartInfo("sh", ["-c", "echo 0 > \"$1/cgroup.procs\"", "join", group]) { RedirectStandardError = true });
            return process is not null && process.WaitForExit(s_probeTimeMax) && process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
        finally
        {
            // The kernel may still count the process for a moment after its end.
            for (int i = 0; i < DeleteTriesMax && !ControlGroupFiles.TryDelete(group); i++)
            {
                Thread.Sleep(s_deletePause);
            }
        }
    }

    private string NewName() => $"{Prefix}{Guid.CreateVersion7(_time.GetUtcNow()):N}";
}
