using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace EasyQuant.LocalServers;

/// <summary>
/// A process in a session and process group of its own: Ctrl-C of the terminal does not reach it, killing the group takes everything
/// it started, and the kernel ends it when this process dies. Thread-safe.
/// </summary>
public sealed class ChildProcess
{
    private const int LineCharsMax = 16 * 1024;

    // A process that outlives its parent may hold the pipes for ever.
    private static readonly TimeSpan s_drainTimeout = TimeSpan.FromSeconds(5);
    private static readonly string[] s_launchers = ["setsid", "setpriv"];

    // The parent-death signal reaches the process alone. A reader of the pipe from this process sees its end whatever ended it, and kills the group.
    private static readonly string[] s_guard =
        ["/bin/sh", "-c", "exec 3<&0; (cat <&3; kill -9 0) >/dev/null 2>&1 & exec \"$@\" 3<&- </dev/null", "guard"];

    private readonly ProcessSpec _spec;
    private readonly TaskCompletionSource<int> _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ChildProcess(ProcessSpec spec, Process process, Action<string, bool> onLine)
    {
        _spec = spec;
        Id = process.Id;
        process.Exited += (_, _) => _gone.TrySetResult(process.ExitCode);
        if (process.HasExited)
        {
            _gone.TrySetResult(process.ExitCode);
        }

        // On threads of the pool: a receiver that is slow with what came already must not hold the thread that starts processes.
        Exited = DrainAsync(Task.WhenAll(
            Task.Run(() => ReadLinesAsync(process.StandardOutput, line => onLine(line, false))),
            Task.Run(() => ReadLinesAsync(process.StandardError, line => onLine(line, true)))));
    }

    /// <summary>Process id, which is also the id of its process group.</summary>
    public int Id { get; }

    /// <summary>
    /// Completes with the exit code when the process has ended and its last line was delivered; 128 + n when signal n ended it. Lines that
    /// come more than 5 s after the end (from processes that it left behind) are not waited for.
    /// </summary>
    public Task<int> Exited { get; }

    /// <summary>Starts a process.</summary>
    /// <param name="spec">What to start.</param>
    /// <param name="onLine">Receives each line of output (at most 16 Ki characters, longer ones in pieces) and whether it came on stderr; called from
    /// two threads.</param>
    /// <returns>The running process.</returns>
    /// <exception cref="InvalidOperationException">The program, setsid or setpriv is missing.</exception>
    public static Task<ChildProcess> StartAsync(ProcessSpec spec, Action<string, bool> onLine)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(onLine);
        return LauncherThread.InvokeAsync(() => Start(spec, onLine));
    }

    /// <summary>Sends a signal to the process; nothing happens when it has ended.</summary>
    /// <param name="signal">The signal.</param>
    public void Send(UnixSignal signal)
    {
        if (!_gone.Task.IsCompleted)
        {
            _ = kill(Id, (int)signal);
        }
    }

    /// <summary>Kills the process and everything in its group at once.</summary>
    /// <returns>A task that completes when the process is gone.</returns>
    public async Task KillAsync()
    {
        KillAll();
        await Exited;
    }

    /// <summary>Asks the process to end, kills it when it does not within <see cref="ProcessSpec.StopTimeout"/>, and clears its group.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> StopAsync()
    {
        Send(_spec.StopSignal);
        await Task.WhenAny(_gone.Task, Task.Delay(_spec.StopTimeout));
        KillAll();
        return await Exited;
    }

    /// <summary>Kills a process group that somebody else's run of this program started.</summary>
    /// <param name="groupId">Id of the group, greater than 1.</param>
    public static void KillGroup(int groupId)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(groupId, 2);
        _ = kill(-groupId, (int)UnixSignal.Kill);
    }

    // In its first moments the process has no group of its own yet; the group would be missed, and waited for in vain.
    private void KillAll()
    {
        if (kill(-Id, (int)UnixSignal.Kill) != 0 && !_gone.Task.IsCompleted)
        {
            _ = kill(Id, (int)UnixSignal.Kill);
        }
    }

    private static ChildProcess Start(ProcessSpec spec, Action<string, bool> onLine)
    {
        ProcessStartInfo start = CreateStartInfo(spec);
        var process = new Process { StartInfo = start, EnableRaisingEvents = true };
        try
        {
            process.Start();
        }
        catch (Win32Exception exception)
        {
            throw new InvalidOperationException($"Cannot start '{spec.FileName}': {exception.Message}", exception);
        }

        var child = new ChildProcess(spec, process, onLine);
        if (!spec.IsGroupGuarded)
        {
            process.StandardInput.Close();
        }

        return child;
    }

    private async Task<int> DrainAsync(Task output)
    {
        int exitCode = await _gone.Task;
        await Task.WhenAny(output, Task.Delay(s_drainTimeout));
        return exitCode;
    }

    private static ProcessStartInfo CreateStartInfo(ProcessSpec spec)
    {
        var start = new ProcessStartInfo(s_launchers[0])
        {
            WorkingDirectory = spec.WorkingDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
            UseShellExecute = false,
        };
        start.ArgumentList.Add(s_launchers[1]);
        if (spec.User is { } user)
        {
            start.ArgumentList.Add("--reuid=" + user.UserId.ToString(CultureInfo.InvariantCulture));
            start.ArgumentList.Add("--regid=" + user.GroupId.ToString(CultureInfo.InvariantCulture));
            start.ArgumentList.Add("--clear-groups");
        }

        start.ArgumentList.Add("--pdeathsig");
        start.ArgumentList.Add(spec.ParentDeathSignal.ToString().ToUpperInvariant());
        if (spec.IsGroupGuarded)
        {
            foreach (string argument in s_guard)
            {
                start.ArgumentList.Add(argument);
            }
        }

        start.ArgumentList.Add(spec.FileName);
        foreach (string argument in spec.Arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach ((string name, string? value) in spec.Environment)
        {
            if (value is null)
            {
                start.Environment.Remove(name);
            }
            else
            {
                start.Environment[name] = value;
            }
        }

        return start;
    }

    private static async Task ReadLinesAsync(StreamReader reader, Action<string> onLine)
    {
        var line = new StringBuilder();
        char[] buffer = new char[4096];
        try
        {
            int count;
            while ((count = await reader.ReadAsync(buffer)) > 0)
            {
                for (int i = 0; i < count; i++)
                {
                    if (buffer[i] != '\n')
                    {
                        line.Append(buffer[i]);
                    }

                    if (buffer[i] == '\n' || line.Length >= LineCharsMax)
                    {
                        onLine(line.ToString().TrimEnd('\r'));
                        line.Clear();
                    }
                }
            }
        }
        catch (IOException)
        {
            // The pipe broke with the process; what was read counts.
        }

        if (line.Length > 0)
        {
            onLine(line.ToString());
        }
    }

    [DllImport("libc", SetLastError = true)]
    private static extern int kill(int pid, int signal);
}
