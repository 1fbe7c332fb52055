using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace EasyQuant.Faults.Harness;

/// <summary>Signals to processes by id.</summary>
internal static class Signals
{
    private const int SigKill = 9;
    private const int SigTerm = 15;
    private const int SigContinue = 18;
    private const int SigStop = 19;

    /// <summary>Kills as a crash would.</summary>
    public static void Kill(int processId) => Send(processId, SigKill);

    /// <summary>Asks to end.</summary>
    public static void Terminate(int processId) => Send(processId, SigTerm);

    /// <summary>Freezes; sockets and locks stay.</summary>
    public static void Stop(int processId) => Send(processId, SigStop);

    /// <summary>Thaws.</summary>
    public static void Continue(int processId) => Send(processId, SigContinue);

    /// <summary>Sets how many files a running process may hold open.</summary>
    /// <returns>The limit before.</returns>
    public static ulong LimitFiles(int processId, ulong limit)
    {
        const int Files = 7;
        if (Prlimit(processId, Files, 0, out RLimit now) != 0)
        {
            throw new InvalidOperationException($"The limit of process {processId} cannot be read: error {Marshal.GetLastPInvokeError()}.");
        }

        RLimit wanted = now with { Current = limit };
        return Prlimit(processId, Files, ref wanted, 0) == 0 ? now.Current : throw new InvalidOperationException($"The limit of process {processId} cannot be set: error {Marshal.GetLastPInvokeError()}.");
    }

    /// <summary>Sets how large a file may become that running processes write; what they may raise it to is left alone.</summary>
    /// <param name="processIds">Processes of one user, the one that must be there first; of the others some may have ended.</param>
    /// <param name="bytes">The limit.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task LimitFileSizeAsync(IReadOnlyList<int> processIds, long bytes, CancellationToken cancellationToken)
    {
        // Root of a container may set limits of its own processes only: who owns them sets them.
        string[] ids = [.. new[] { "Uid:", "Gid:" }.Select(name =>
            File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{processIds[0]}/status")).First(line => line.StartsWith(name, StringComparison.Ordinal)).Split('\t')[1])];
        foreach (int process in processIds)
        {
            string[] limit = ["prlimit", string.Create(CultureInfo.InvariantCulture, $"--pid={process}"), string.Create(CultureInfo.InvariantCulture, $"--fsize={bytes}:")];
            using Process command = Environment.IsPrivilegedProcess
                ? Process.Start("setpriv", [$"--reuid={ids[0]}", $"--regid={ids[1]}", "--clear-groups", .. limit])
                : Process.Start(limit[0], limit[1..]);
            await command.WaitForExitAsync(cancellationToken);
            if (command.ExitCode != 0 && process == processIds[0])
            {
                throw new InvalidOperationException($"The size of files of process {process} cannot be limited: exit code {command.ExitCode}.");
            }
        }
    }

    // Threads end while they are listed.
    private static string ReadOrEmpty(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return "";
        }
    }

    /// <summary>Lists a process and its children.</summary>
    public static IReadOnlyList<int> Family(int processId)
    {
        // A child belongs to the thread that started it.
        IEnumerable<string> children = Directory.EnumerateDirectories(string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/task")).Select(thread => ReadOrEmpty(Path.Combine(thread, "children")));
        return [processId, .. children.SelectMany(list => list.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Select(text => int.Parse(text, CultureInfo.InvariantCulture))];
    }

    /// <summary>Counts the files that a process holds open.</summary>
    public static int FileCount(int processId) => Directory.EnumerateFileSystemEntries(string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/fd")).Count();

    /// <summary>Reads the resident bytes of a process.</summary>
    public static long ResidentBytes(int processId) =>
        long.Parse(File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/statm")).Split(' ')[1], CultureInfo.InvariantCulture) * Environment.SystemPageSize;

    private static void Send(int processId, int signal)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(processId, 2);
        if (NativeKill(processId, signal) != 0 && Marshal.GetLastPInvokeError() != 3)
        {
            throw new InvalidOperationException($"Signal {signal} does not reach process {processId}: error {Marshal.GetLastPInvokeError()}.");
        }
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int NativeKill(int processId, int signal);

    [DllImport("libc", EntryPoint = "prlimit", SetLastError = true)]
    private static extern int Prlimit(int processId, int resource, nint none, out RLimit old);

    [DllImport("libc", EntryPoint = "prlimit", SetLastError = true)]
    private static extern int Prlimit(int processId, int resource, ref RLimit wanted, nint none);

    [StructLayout(LayoutKind.Sequential)]
    private record struct RLimit(ulong Current, ulong Maximum);
}
