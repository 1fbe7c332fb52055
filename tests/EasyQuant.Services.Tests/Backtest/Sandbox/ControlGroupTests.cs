using System.Collections.Concurrent;
using System.Diagnostics;
using EasyQuant.BacktestService.Sandbox;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace EasyQuant.Services.Tests.Backtest.Sandbox;

/// <summary>Control groups around the sandbox. Where this machine lets nobody make them, the tests hold the service to saying so and to going on without.</summary>
public sealed class ControlGroupTests : IDisposable
{
    private const string TouchesNativeMemory = "while (true) { byte* one = (byte*)NativeMemory.Alloc(1 << 20); new Span<byte>(one, 1 << 20).Fill(1); }";
    private static readonly SandboxOptions s_small = new()
    {
        HeapBytesMax = 64 << 20, NativeBytesMax = 128 << 20, ThreadCountMax = 32, ProcessorCountMax = 1,
        CpuTimeMax = TimeSpan.FromMinutes(2), WallTimeMax = TimeSpan.FromMinutes(4), OutputBytesMax = 16 << 20,
    };

    private readonly CancellationTokenSource _deadline = new(TimeSpan.FromMinutes(4));
    private readonly string _folder = Directory.CreateTempSubdirectory("eq-groups-").FullName;

    public void Dispose()
    {
        _deadline.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Strategy_TouchesNativeMemory_EndsAtTheGroupsLimit()
    {
        using var host = new SandboxHost(limits: s_small);
        if (host.Groups.Place?.Memory is null)
        {
            Assert.Contains("native memory is bounded by the address space only", host.Groups.Describe(), StringComparison.Ordinal);
            return;
        }

        SandboxException error = await host.FailsAsync(TouchesNativeMemory);
        Assert.Equal(("STRATEGY_MEMORY_EXCEEDED", "The strategy's process used more than 192 MiB of memory in all and was stopped."), (error.Reason, error.Message));
        Assert.NotEmpty((await host.RunHostileAsync("")).Chunks);
    }

    [Fact]
    public async Task Group_ManyProcesses_AreBoundedAndEndWithTheGroup()
    {
        var groups = new ControlGroups(Options.Create(s_small), TimeProvider.System);
        if (groups.Place is not { Tasks: not null } place)
        {
            Assert.Matches("(no control group can be made here|threads by account only)", groups.Describe());
            return;
        }

        string[] folders;
        await using (ControlGroup group = (await groups.CreateAsync())!)
        {
            folders = [.. group.Folders];
            Assert.Equal(place.Folders.Count, folders.Length);
            Assert.All(groups.Limits.FilesOf(place, Path.GetFileName(folders[0])).Where(one => one.IsNeeded), one => Assert.Equal(one.Value, File.ReadAllText(one.Path).TrimEnd('\n')));

            // 44 tasks are allowed; each of the hundred waits until the group ends. A shell that cannot fork ends.
            var start = new ProcessStartInfo("sh", ["-c", SandboxScript.Join, "join", $"{folders.Length}", .. folders, "sh", "-c", "i=0; while [ $i -lt 100 ]; do sleep 600 & i=$((i + 1)); done; wait"])
            {
                RedirectStandardError = true,
            };
            using Process process = Process.Start(start)!;
            string error = await process.StandardError.ReadLineAsync(_deadline.Token) ?? "";
            Assert.Contains("fork", error, StringComparison.OrdinalIgnoreCase);
            string bound = folders.Single(folder => File.Exists(Path.Join(folder, "pids.max")));
            Assert.InRange(File.ReadAllLines(Path.Join(bound, "cgroup.procs")).Length, 20, groups.Limits.TaskCountMax);
        }

        Assert.All(folders, folder => Assert.False(Directory.Exists(folder), folder));
    }

    [Fact]
    public async Task Group_BusyProcess_IsHeldToItsShareOfProcessors()
    {
        var groups = new ControlGroups(Options.Create(s_small), TimeProvider.System);
        if (groups.Place is not { Processors: { } processors } place)
        {
            Assert.Matches("(no control group can be made here|processors not bounded)", groups.Describe());
            return;
        }

        // 2 ms of each 100 ms: so little that a crowded machine gives it too, and the kernel has to hold the loop back.
        string name = $"easyquant-sandbox-{Guid.CreateVersion7():N}";
        await using ControlGroup group = await ControlGroup.CreateAsync(place, name, groups.Limits with { QuotaMicros = 2_000 });
        var watch = Stopwatch.StartNew();
        using Process process = Process.Start("sh", ["-c", SandboxScript.Join, "join", $"{group.Folders.Count}", .. group.Folders, "sh", "-c", "while :; do :; done"]);
        await Scheduler.Eventually.BecomesAsync(
            "the kernel to hold the loop back",
            () => File.ReadAllTextAsync(Path.Join(processors, name, "cpu.stat"), _deadline.Token),
            text => int.Parse(text.Split("nr_throttled ")[1].Split('\n')[0]) >= 5,
            TimeSpan.FromMinutes(3));
        TimeSpan used = process.TotalProcessorTime;
        Assert.True(used < watch.Elapsed / 4, $"{used} of {watch.Elapsed}, 2 % are allowed");
        Assert.False(process.HasExited);
    }

    [Fact]
    public async Task Sandbox_NoControlGroup_SaysSoAndStrategiesAreHeldAllTheSame()
    {
        string mounts = Path.Combine(_folder, "mountinfo");
        await File.WriteAllTextAsync(mounts, $"31 24 0:27 / {_folder}/absent rw - cgroup cgroup rw,memory\n32 24 0:28 / {_folder}/absent2 rw - cgroup2 cgroup2 rw\n");
        using var host = new SandboxHost(mountInfo: mounts);
        Assert.Null(host.Groups.Place);
        Assert.Equal(
            "no control group can be made here: native memory is bounded by the address space only, threads by account, processors not", host.Groups.Describe());
        Assert.NotEmpty((await host.RunHostileAsync("")).Chunks);
        Assert.Equal("STRATEGY_MEMORY_EXCEEDED", (await host.FailsAsync("while (true) { NativeMemory.Alloc((nuint)1 << 30); }")).Reason);
        var off = new ControlGroups(Options.Create(new SandboxOptions { UseControlGroups = false }), TimeProvider.System);
        Assert.StartsWith("control groups are switched off", off.Describe(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Service_Starts_LogsWhichWallsStand(bool usesGroups)
    {
        using var host = new SandboxHost(limits: new SandboxOptions { UseControlGroups = usesGroups });
        var lines = new LineLogger();
        using SandboxCheck check = host.Check(lines);
        await check.StartAsync(_deadline.Token);
        await check.ExecuteTask!.WaitAsync(_deadline.Token);
        string line = Assert.Single(lines.Lines);
        Assert.StartsWith("The sandbox for strategies of users is ready. Walls: namespaces; resource limits; ", line, StringComparison.Ordinal);
        Assert.EndsWith(host.Groups.Describe() + ".", line, StringComparison.Ordinal);
        Assert.Equal(!usesGroups, line.Contains("control groups are switched off", StringComparison.Ordinal));
    }

    [Fact]
    public void Search_Version1_TakesTheOwnGroupOrTheNearestOneAbove()
    {
        const string Mounts =
            """
            24 1 0:20 / /proc rw - proc proc rw
            31 24 0:27 / /sys/fs/cgroup/memory rw,relatime shared:9 - cgroup cgroup rw,memory
            32 24 0:28 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids
            33 24 0:29 /box /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct
            """;
        const string Own = "4:memory:/a/b\n8:pids:/\n1:cpu,cpuacct:/box/c";
        ControlGroupPlace? place = ControlGroupSearch.Find(Mounts, Own, folder => folder != "/sys/fs/cgroup/memory/a/b");
        Assert.Equal(new ControlGroupPlace(false, "/sys/fs/cgroup/memory/a", "/sys/fs/cgroup/pids", "/sys/fs/cgroup/cpu,cpuacct/c"), place);
        Assert.Equal(3, place!.Folders.Count);
        ControlGroupPlace? part = ControlGroupSearch.Find(Mounts, Own, folder => folder.Contains("pids", StringComparison.Ordinal));
        Assert.Equal((null, "/sys/fs/cgroup/pids", null), (part!.Memory, part.Tasks, part.Processors));
        Assert.Null(ControlGroupSearch.Find(Mounts, Own, _ => false));
        Assert.Null(ControlGroupSearch.Find("", "", _ => true));
    }

    [Fact]
    public void Search_Version2_TakesTheNearestGroupThatBoundsMemory()
    {
        // As systemd lays it out: the service's own group holds processes, so only the one above gives controllers to children.
        foreach ((string name, string controllers, string enabled) in new[]
        {
            ("", "cpu memory pids", "cpu memory pids"), ("user", "cpu memory pids", "cpu memory pids"), ("user/service", "memory pids", ""),
        })
        {
            string folder = Directory.CreateDirectory(Path.Combine(_folder, name)).FullName;
            File.WriteAllText(Path.Combine(folder, "cgroup.controllers"), controllers + "\n");
            File.WriteAllText(Path.Combine(folder, "cgroup.subtree_control"), enabled + "\n");
        }

        string mounts = $"31 24 0:27 / {_folder} rw - cgroup2 cgroup2 rw";
        ControlGroupPlace? place = ControlGroupSearch.Find(mounts, "0::/user/service", folder => !folder.EndsWith("service", StringComparison.Ordinal));
        Assert.Equal((true, $"{_folder}/user", $"{_folder}/user"), (place!.IsUnified, place.Memory, place.Tasks));
        Assert.Equal(
            ["memory.max=201326592", "memory.swap.max=0", "pids.max=44"],
            new ControlGroupLimits(192 << 20, 44, 1).FilesOf(place with { Processors = null }, "job").Select(one => $"{Path.GetFileName(one.Path)}={one.Value}"));
        Assert.Equal(
            "cpu.max=200000 100000",
            new ControlGroupLimits(192 << 20, 44, 2).FilesOf(new ControlGroupPlace(true, null, null, _folder), "job").Select(one => $"{Path.GetFileName(one.Path)}={one.Value}").Single());
    }

    private sealed class LineLogger : ILogger<SandboxCheck>
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue(formatter(state, exception));
    }
}
