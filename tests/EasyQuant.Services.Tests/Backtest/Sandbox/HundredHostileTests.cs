using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using EasyQuant.BacktestSandbox.Computing;
using EasyQuant.BacktestService.Sandbox;

namespace EasyQuant.Services.Tests.Backtest.Sandbox;

/// <summary>One hundred hostile strategies, one after another and side by side: each ends with a named error, the service does not grow, nobody else notices.</summary>
[Collection(SandboxAloneCollection.Name)]
public sealed class HundredHostileTests
{
    private const int Rounds = 4;
    private const int SideBySide = 6;
    private const long GrowthMax = 48 << 20;

    // What OnBar does, and the reason that it has to end with; @N@ is the number of the round. On a busy machine any of them may run into the time limit first.
    private static readonly (string OnBar, string Members, string Reason)[] s_kinds =
    [
        ("long n = @N@; while (true) { n++; }", "", "STRATEGY_TIME_EXCEEDED"),
        ("new ManualResetEvent(@N@ < 0).WaitOne();", "", "STRATEGY_TIME_EXCEEDED"),
        ("var all = new List<byte[]>(); while (true) { var one = new byte[(1 << 20) + @N@]; Array.Fill(one, (byte)1); all.Add(one); }", "", "STRATEGY_MEMORY_EXCEEDED"),
        ("while (true) { NativeMemory.Alloc(((nuint)1 << 30) + @N@); }", "", "STRATEGY_MEMORY_EXCEEDED"),
        ("Deep(@N@);", "static long Deep(long x) => Deep(x + 1) + x;", "STRATEGY_STACK_OVERFLOW"),
        ("throw new Exception(\"no \" + @N@);", "", "STRATEGY_FAILED"),
        ("throw new Exception(new string('x', 2_000_000 + @N@));", "", "STRATEGY_FAILED"),
        ("while (fork() >= 0) { } throw new Exception(\"no fork \" + @N@);", "[DllImport(\"libc.so.6\")] static extern int fork();", "STRATEGY_FAILED"),
        ("Process.Start(\"/bin/sh\", \"-c true\" + @N@);", "", "STRATEGY_FAILED"),
        ("new TcpClient().Connect(\"127.0.0.1\", PORT + @N@ * 0);", "", "STRATEGY_FAILED"),
        ("new TcpListener(System.Net.IPAddress.Any, 40_000 + @N@).Start();", "", "STRATEGY_FAILED"),
        ("File.ReadAllText(\"/etc/passwd\" + (@N@ < 0 ? \"x\" : \"\"));", "", "STRATEGY_FAILED"),
        ("File.ReadAllText(\"SECRET\" + (@N@ < 0 ? \"x\" : \"\"));", "", "STRATEGY_FAILED"),
        ("File.WriteAllText(\"/program/new\" + @N@, \"x\");", "", "STRATEGY_FAILED"),
        ("using var file = File.Create(\"/tmp/big\" + @N@); var block = new byte[1 << 20]; while (true) { file.Write(block); file.Flush(); }", "", "STRATEGY_FAILED STRATEGY_CRASHED"),
        ("var o = Console.OpenStandardOutput(); var block = new byte[1 << 20]; block[0] = 1; while (@N@ >= 0) o.Write(block);", "", "STRATEGY_OUTPUT_INVALID"),
        ("Console.OpenStandardOutput().Write(new byte[] { 2, 255, 255, 255, 127, 1, 2, @N@ });", "", "STRATEGY_OUTPUT_INVALID"),
        ("Console.OpenStandardOutput().Write(new byte[] { 9, @N@, 0, 0, 0 });", "", "STRATEGY_OUTPUT_INVALID"),
        ("Environment.Exit(@N@);", "", "STRATEGY_CRASHED"),
        ("Environment.FailFast(\"gone \" + @N@);", "", "STRATEGY_CRASHED"),
        ("kill(-1, 9); kill(1, 9); throw new Exception(\"alive \" + @N@);", "[DllImport(\"libc.so.6\")] static extern int kill(int pid, int signal);", "STRATEGY_"),
        ("*(int*)(nint)(0x1234_5678_0000 + @N@) = 1;", "", "STRATEGY_CRASHED"),
        ("new Thread(() => throw new Exception(\"elsewhere \" + @N@)).Start(); new ManualResetEvent(false).WaitOne();", "", "STRATEGY_CRASHED"),
        ("while (@N@ >= 0) { new Thread(() => new ManualResetEvent(false).WaitOne(), 1 << 16).Start(); }", "", "STRATEGY_"),
        ("for (int i = 0; i < 10_000_000 + @N@; i++) context.Buy(instrument, 100);", "", "STRATEGY_MEMORY_EXCEEDED ORDER_LIMIT_EXCEEDED"),
    ];

    [Fact]
    public async Task Sandbox_HundredHostileStrategies_EachEndsByNameAndTheServiceStaysFlat()
    {
        using var host = new SandboxHost(limits: new SandboxOptions
        {
            HeapBytesMax = 64 << 20, CpuTimeMax = TimeSpan.FromSeconds(1), WallTimeMax = TimeSpan.FromSeconds(3), OutputBytesMax = 4 << 20, ProcessCountMax = SideBySide,
        });
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        string secret = Path.Combine(host.DataRoot, "secret");
        await File.WriteAllTextAsync(secret, "canary");
        var failures = new ConcurrentBag<string>();
        await RunAsync(0);
        (long managed, long resident) = Memory();
        for (int round = 1; round < Rounds; round++)
        {
            await RunAsync(round);
        }

        Assert.Empty(failures);
        (long managedAfter, long residentAfter) = Memory();
        Assert.True(managedAfter - managed < GrowthMax / 4, $"managed memory grew from {managed >> 20} to {managedAfter >> 20} MiB");
        Assert.True(residentAfter - resident < GrowthMax, $"resident memory grew from {resident >> 20} to {residentAfter >> 20} MiB");
        Assert.False(listener.Pending());
        Assert.Equal("canary", await File.ReadAllTextAsync(secret));
        Assert.DoesNotContain(Directory.GetDirectories(Path.Combine(host.DataRoot, "sandbox")), folder => folder.Contains("job-", StringComparison.Ordinal));
        using var next = new SandboxHost();
        (IReadOnlyList<ResultChunk> chunks, _) = await next.RunHostileAsync("if (context.Position(instrument) == 0) context.Buy(instrument, 100);");
        Assert.NotEmpty(chunks);

        Task RunAsync(int round) => Parallel.ForEachAsync(s_kinds, new ParallelOptions { MaxDegreeOfParallelism = SideBySide }, async (kind, _) =>
        {
            string onBar = Filled(kind.OnBar, round);
            try
            {
                await host.RunHostileAsync(onBar, kind.Members);
                failures.Add($"{onBar}: it succeeded");
            }
            catch (SandboxException e)
            {
                bool isNamed = e.Reason == "STRATEGY_TIME_EXCEEDED"
                    || kind.Reason.Split(' ').Any(reason => reason.EndsWith('_') ? e.Reason.StartsWith(reason, StringComparison.Ordinal) : e.Reason == reason);
                if (!isNamed || e.Message.Length > 2_000 || e.Message.Contains("canary", StringComparison.Ordinal))
                {
                    failures.Add($"{onBar}: {e.Reason}: {e.Message[..Math.Min(300, e.Message.Length)]}");
                }
            }
        });

        string Filled(string text, int round) => text
            .Replace("PORT", $"{((IPEndPoint)listener.LocalEndpoint).Port}", StringComparison.Ordinal)
            .Replace("SECRET", secret, StringComparison.Ordinal)
            .Replace("@N@", $"{round + 1}", StringComparison.Ordinal);
    }

    private static (long Managed, long Resident) Memory()
    {
        // The process has run many other tests: what its heap holds free must go back first, or its coming and going is what is measured.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        string line = File.ReadLines("/proc/self/status").First(one => one.StartsWith("VmRSS:", StringComparison.Ordinal));
        return (GC.GetTotalMemory(false), long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2]) << 10);
    }
}
