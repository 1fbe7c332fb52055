using System.Diagnostics;
using System.Globalization;
using System.Text;
using EasyQuant.BacktestSandbox;
using EasyQuant.BacktestSandbox.Frames;
using Microsoft.Extensions.Options;

namespace EasyQuant.BacktestService.Sandbox;

/// <summary>
/// Runs the sandbox program: one process a job, at most so many at once and one compilation beside them, within the limits of <see cref="SandboxOptions"/>. Whatever the process
/// does, the job ends with frames or a <see cref="SandboxException"/>, and nothing of it stays behind. Thread-safe.
/// </summary>
internal sealed class StrategySandbox(SandboxFolders folders, ControlGroups groups, IOptions<SandboxOptions> options, TimeProvider time) : IDisposable
{
    private const int StandardErrorCharsMax = 8_192;
    private const long FrameCountMax = 2_000_000;
    private const long AddressSpaceBase = 4L << 30;
    private const int AccountCount = 4_000;
    private const int ProcessCountLimit = 64;
    private static readonly TimeSpan s_startAllowance = TimeSpan.FromSeconds(5);
    private readonly SandboxOptions _options = options.Value;
    private readonly SemaphoreSlim _free = new(options.Value.ProcessCountMax);

    // A compilation answers a call, so it does not wait for backtests.
    private readonly SemaphoreSlim _compiling = new(1);

    // Of the whole process, so that no two processes at work share an account.
    private static readonly bool[] s_taken = new bool[1024];

    /// <summary>Words before <c>unshare</c>; when there are any, they make the service an ordinary user. For tests.</summary>
    internal IReadOnlyList<string> Launcher { get; init; } = [];

    /// <summary>Runs one job.</summary>
    /// <param name="mode">compile or run.</param>
    /// <param name="prepare">Writes the files of the job.</param>
    /// <param name="handle">Takes the frames one after another.</param>
    /// <param name="cpuTimeMax">Processor time.</param>
    /// <param name="wallTimeMax">Time by the clock.</param>
    /// <param name="panelFolder">Directory of a panel that the process sees as <see cref="JobFolder.Panel"/>, read-only; null for none.</param>
    /// <param name="cancellationToken">Kills the process.</param>
    /// <exception cref="SandboxException">The process ended without a last frame, or beyond a limit.</exception>
    public async Task RunAsync(
        string mode,
        Func<JobFolder, Task> prepare,
        Func<Frame, ValueTask> handle,
        TimeSpan cpuTimeMax,
        TimeSpan wallTimeMax,
        string? panelFolder,
        CancellationToken cancellationToken)
    {
        SemaphoreSlim free = mode == "compile" ? _compiling : _free;
        await free.WaitAsync(cancellationToken);
        int slot = TakeSlot();
        (JobFolder files, string root) = folders.Create();
        try
        {
            await prepare(files);
            await using ControlGroup? group = await groups.CreateAsync();
            using Process process = Start(mode, files, panelFolder, root, slot, group, cpuTimeMax, wallTimeMax);
            await FollowAsync(process, group, handle, cpuTimeMax, wallTimeMax, cancellationToken);
        }
        finally
        {
            SandboxFolders.Delete(files);
            ReturnSlot(slot);
            free.Release();
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _free.Dispose();
        _compiling.Dispose();
    }

    private async Task FollowAsync(
        Process process, ControlGroup? group, Func<Frame, ValueTask> handle, TimeSpan cpuTimeMax, TimeSpan wallTimeMax, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(wallTimeMax + s_startAllowance, time);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        Task<string> standardError = ReadErrorAsync(process.StandardError);
        bool hasStarted = false;
        bool hasEnded = false;
        try
        {
            var reader = new FrameReader(process.StandardOutput.BaseStream, _options.OutputBytesMax, FrameCountMax);
            while (await reader.ReadAsync(ending.Token) is { } frame)
            {
                hasStarted = true;
                await handle(frame);
                hasEnded |= frame.Kind is FrameKind.Result or FrameKind.Fault;
            }

            await process.WaitForExitAsync(ending.Token);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new SandboxException("STRATEGY_TIME_EXCEEDED", $"The strategy ran longer than {wallTimeMax.TotalSeconds:0} s and was stopped.");
        }
        catch (FrameException e)
        {
            throw new SandboxException("STRATEGY_OUTPUT_INVALID", e.Message);
        }
        finally
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
        }

        if (!hasEnded || process.ExitCode != 0)
        {
            if (hasStarted && group?.IsOutOfMemory == true)
            {
                throw new SandboxException("STRATEGY_MEMORY_EXCEEDED", $"The strategy's process used more than {groups.Limits.MemoryBytesMax >> 20} MiB of memory in all and was stopped.");
            }

            throw hasStarted
                ? Explain(process.ExitCode, await standardError, cpuTimeMax)
                : Unavailable(process.ExitCode, await standardError);
        }
    }

    private SandboxException Explain(int exitCode, string error, TimeSpan cpuTimeMax)
    {
        // 128 + SIGKILL and SIGXCPU: the kernel's answers to RLIMIT_CPU.
        if (exitCode is 152 or 137)
        {
            return new SandboxException("STRATEGY_TIME_EXCEEDED", $"The strategy used more than {cpuTimeMax.TotalSeconds:0} s of processor time and was stopped.");
        }

        // 128 + SIGXFSZ: the kernel's answer to RLIMIT_FSIZE.
        if (exitCode == 153)
        {
            return new SandboxException("STRATEGY_CRASHED", "The strategy wrote a file beyond the 16 MiB that it may have and was stopped.");
        }

        if (error.Contains("Stack overflow", StringComparison.OrdinalIgnoreCase))
        {
            return new SandboxException("STRATEGY_STACK_OVERFLOW", "The strategy overflowed its stack: a method calls itself without end.");
        }

        if (error.Contains("OutOfMemory", StringComparison.Ordinal) || error.Contains("Out of memory", StringComparison.OrdinalIgnoreCase))
        {
            return new SandboxException("STRATEGY_MEMORY_EXCEEDED", $"The strategy needs more than the {_options.HeapBytesMax >> 20} MiB of memory that it may have.");
        }

        return new SandboxException("STRATEGY_CRASHED", $"The strategy's process ended with code {exitCode}. {FirstLine(error)}".TrimEnd());
    }

    private static SandboxException Unavailable(int exitCode, string error) => new(
        "SANDBOX_UNAVAILABLE",
        $"This machine cannot hold strategies of users apart, so none are run: the sandbox ended with code {exitCode}. {FirstLine(error)}".TrimEnd());

    private static string FirstLine(string text) =>
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault() ?? "";

    private Process Start(string mode, JobFolder files, string? panelFolder, string root, int slot, ControlGroup? group, TimeSpan cpuTimeMax, TimeSpan wallTimeMax)
    {
        bool isRoot = Environment.IsPrivilegedProcess && Launcher.Count == 0;
        long addressSpace = (5 * _options.HeapBytesMax) + AddressSpaceBase;
        IReadOnlyList<string> joined = group?.Folders ?? [];
        var start = new ProcessStartInfo("sh") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        // The groups come first, so that everything after them is bounded; the guard around the rest holds also when this service is killed.
        string[] arguments =
        [
            "-c", SandboxScript.Join, "join", Text(joined.Count), .. joined, "timeout", "--signal=KILL", Seconds(wallTimeMax + (2 * s_startAllowance)), "nice", "-n", "10", .. Launcher, "unshare", .. isRoot ? [] : new[] { "--user", "--map-root-user" },
            .. SandboxScript.Namespaces, "sh", "-c", SandboxScript.Text, "sandbox", root, SandboxFolders.Runtime, folders.Program, files.Path,
            Text(isRoot ? AccountOf(slot) : 0), Text((long)Math.Ceiling(cpuTimeMax.TotalSeconds)), Text(addressSpace), Text(_options.ThreadCountMax), panelFolder ?? "",
            mode, "/job",
        ];
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        SetEnvironment(start.Environment);
        try
        {
            Process process = Process.Start(start) ?? throw new SandboxException("SANDBOX_UNAVAILABLE", "The sandbox did not start.");
            process.StandardInput.Close();
            return process;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new SandboxException("SANDBOX_UNAVAILABLE", $"The sandbox cannot be started: {e.Message}");
        }
    }

    private void SetEnvironment(IDictionary<string, string?> environment)
    {
        // Nothing of the service's own environment, which holds its secrets.
        environment.Clear();
        environment["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
        environment["HOME"] = "/tmp";
        environment["DOTNET_ROOT"] = "/runtime";
        environment["DOTNET_EnableDiagnostics"] = "0";
        environment["DOTNET_EnableWriteXorExecute"] = "0";
        environment["DOTNET_TieredPGO"] = "0";
        environment["DOTNET_gcConcurrent"] = "0";
        environment["DOTNET_GCHeapHardLimit"] = _options.HeapBytesMax.ToString("X", CultureInfo.InvariantCulture);
    }

    private static async Task<string> ReadErrorAsync(StreamReader reader)
    {
        var text = new StringBuilder();
        char[] buffer = new char[1024];
        int read;
        while ((read = await reader.ReadAsync(buffer)) > 0)
        {
            text.Append(buffer, 0, Math.Min(read, StandardErrorCharsMax - text.Length));
        }

        return text.ToString();
    }

    // Services on one machine differ in their process ids, so that the threads of one do not count against another.
    private long AccountOf(int slot) => _options.AccountIdFirst + ((((long)Environment.ProcessId * ProcessCountLimit) + slot) % AccountCount);

    private int TakeSlot()
    {
        lock (s_taken)
        {
            int slot = Array.IndexOf(s_taken, false);
            s_taken[slot] = true;
            return slot;
        }
    }

    private void ReturnSlot(int slot)
    {
        lock (s_taken)
        {
            s_taken[slot] = false;
        }
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Seconds(TimeSpan span) => Text((long)Math.Ceiling(span.TotalSeconds));
}
