using System.Net;
using System.Net.Sockets;
using EasyQuant.BacktestService.Sandbox;

namespace EasyQuant.Services.Tests.Backtest.Sandbox;

public sealed class SandboxHostileTests : IDisposable
{
    private readonly SandboxHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task Strategy_EndlessLoop_IsStopped()
    {
        SandboxException error = await _host.FailsAsync("while (true) { }");
        Assert.Equal("STRATEGY_TIME_EXCEEDED", error.Reason);
        Assert.Contains("3 s of processor time", error.Message, StringComparison.Ordinal);
        AssertNothingIsLeft(_host);
    }

    [Fact]
    public async Task Strategy_SleepsForever_IsStopped()
    {
        using var host = new SandboxHost(limits: new SandboxOptions { WallTimeMax = TimeSpan.FromSeconds(8) });
        SandboxException error = await host.FailsAsync("new ManualResetEvent(false).WaitOne();");
        Assert.Equal("STRATEGY_TIME_EXCEEDED", error.Reason);
        Assert.Contains("longer than 8 s", error.Message, StringComparison.Ordinal);
        AssertNothingIsLeft(host);
    }

    [Theory]
    [InlineData("var all = new List<byte[]>(); while (true) { var one = new byte[1 << 20]; Array.Fill(one, (byte)1); all.Add(one); }")]
    [InlineData("try { var all = new List<byte[]>(); while (true) all.Add(new byte[1 << 24]); } catch (OutOfMemoryException) { throw; }")]
    public async Task Strategy_MemoryHog_IsStopped(string onBar) =>
        Assert.Equal("STRATEGY_MEMORY_EXCEEDED", (await _host.FailsAsync(onBar)).Reason);

    [Fact]
    public async Task Strategy_NativeMemoryHog_IsStopped()
    {
        SandboxException error = await _host.FailsAsync(
            "while (true) { NativeMemory.Alloc((nuint)1 << 30); }");
        Assert.Equal("STRATEGY_MEMORY_EXCEEDED", error.Reason);
    }

    [Fact]
    public async Task Strategy_EndlessRecursion_IsStopped() => Assert.Equal(
        "STRATEGY_STACK_OVERFLOW",
        (await _host.FailsAsync("Deep(1);", "static long Deep(long x) => Deep(x + 1) + x;")).Reason);

    [Fact]
    public async Task Strategy_ThreadBomb_IsStopped()
    {
        await _host.FailsAsync("while (true) { new Thread(() => new ManualResetEvent(false).WaitOne()).Start(); }");
        AssertNothingIsLeft(_host);
    }

    [Fact]
    public async Task Strategy_ForkBomb_IsStopped()
    {
        await _host.FailsAsync(
            "while (true) { fork(); }", "[DllImport(\"libc.so.6\")] static extern int fork();");
        AssertNothingIsLeft(_host);
    }

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("/etc/shadow")]
    [InlineData("/root/.bashrc")]
    [InlineData("/old/etc/passwd")]
    [InlineData("/proc/1/environ")]
    [InlineData("/proc/1/root/etc/passwd")]
    [InlineData("/proc/1/cwd/etc/passwd")]
    [InlineData("/proc/self/cwd/../../etc/passwd")]
    public async Task Strategy_ReadsFile_IsRefused(string path)
    {
        SandboxException error = await _host.FailsAsync($"throw new Exception(\"got \" + File.ReadAllText(\"{path}\").Length);");
        Assert.Equal("STRATEGY_FAILED", error.Reason);
        Assert.DoesNotContain("got ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Strategy_ReadsTheServicesFiles_IsRefused()
    {
        string secret = Path.Combine(_host.DataRoot, "secret");
        await File.WriteAllTextAsync(secret, "the secret");
        SandboxException error = await _host.FailsAsync($"throw new Exception(File.ReadAllText(\"{secret}\"));");
        Assert.Contains("DirectoryNotFoundException", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Strategy_LooksAround_SeesTheSandboxOnly()
    {
        SandboxException error = await _host.FailsAsync(
            """
            throw new Exception(string.Join(' ', Directory.GetFileSystemEntries("/").Order()) + " | "
                + string.Join(' ', Directory.GetFileSystemEntries("/job").Order()) + " | " + string.Join(' ', Directory.GetFileSystemEntries("/old")));
            """);
        Assert.Contains(
            "/bin /dev /job /lib /lib64 /old /proc /program /runtime /tmp /usr | /job/bars.table /job/job.json /job/strategy.dll /job/strategy.pdb | ",
            error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/job/bars.table")]
    [InlineData("/job/new")]
    [InlineData("/program/EasyQuant.Engine.dll")]
    [InlineData("/runtime/dotnet")]
    [InlineData("/usr/lib/new")]
    [InlineData("/new")]
    public async Task Strategy_WritesFile_IsRefused(string path)
    {
        SandboxException error = await _host.FailsAsync($"File.WriteAllText(\"{path}\", \"x\"); throw new Exception(\"wrote\");");
        Assert.DoesNotContain("wrote", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Strategy_FillsTheDisk_IsStopped()
    {
        SandboxException error = await _host.FailsAsync(
            "using var file = File.Create(\"/tmp/big\"); var block = new byte[1 << 20]; for (int i = 0; i < 10_000; i++) { file.Write(block); file.Flush(true); } throw new Exception(\"unbounded\");");
        Assert.DoesNotContain("unbounded", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Strategy_OpensSocket_IsRefused()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        SandboxException error = await _host.FailsAsync($"new TcpClient().Connect(\"127.0.0.1\", {port}); throw new Exception(\"connected\");");
        Assert.Contains("SocketException", error.Message, StringComparison.Ordinal);
        Assert.False(listener.Pending());
    }

    [Fact]
    public async Task Strategy_ReadsEnvironment_FindsNothingOfTheService()
    {
        Environment.SetEnvironmentVariable("EQ_TEST_CANARY", "canary-value");
        SandboxException error = await _host.FailsAsync(
            "throw new Exception(string.Join(';', Environment.GetEnvironmentVariables().Keys.Cast<string>().Where(k => !k.StartsWith(\"DOTNET\")).Order()));");
        Assert.Contains("Exception: HOME;", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("CANARY", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Strategy_KillsEverybody_HurtsItselfOnly()
    {
        await _host.FailsAsync(
            "kill(1, 9); kill(-1, 9); throw new Exception(\"alive\");", "[DllImport(\"libc.so.6\")] static extern int kill(int pid, int signal);");
        AssertNothingIsLeft(_host);
    }

    [Fact]
    public async Task Strategy_GainsPrivileges_IsRefused()
    {
        SandboxException error = await _host.FailsAsync(
            """
            string status = File.ReadAllText("/proc/self/status");
            string Line(string name) => status.Split('\n').First(one => one.StartsWith(name)).Replace('\t', ' ');
            throw new Exception($"{setuid(0)} {unshare(0x10000000)} {Line("CapEff")} {Line("CapBnd")} {Line("NoNewPrivs")}");
            """,
            "[DllImport(\"libc.so.6\")] static extern int setuid(int uid); [DllImport(\"libc.so.6\")] static extern int unshare(int flags);");
        Assert.Contains("CapEff: 0000000000000000 CapBnd: 0000000000000000 NoNewPrivs: 1", error.Message, StringComparison.Ordinal);
        Assert.Contains("Exception: -1 ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Strategy_ForksExecutesOrTraces_IsRefusedByTheFilter()
    {
        SandboxException error = await _host.FailsAsync(
            """
            string seccomp = File.ReadAllText("/proc/self/status").Split('\n').First(one => one.StartsWith("Seccomp:")).Replace('\t', ' ');
            int thread = 0;
            var other = new Thread(() => thread = fork());
            other.Start();
            other.Join();
            throw new Exception($"{fork()} {thread} {execve("/runtime/dotnet", 0, 0)} {ptrace(0, 0, 0, 0)} {socket(1, 1, 0)} {seccomp}");
            """,
            """
            [DllImport("libc.so.6")] static extern int fork(); [DllImport("libc.so.6")] static extern int execve(string path, nint arguments, nint environment);
            [DllImport("libc.so.6")] static extern nint ptrace(nint request, nint pid, nint address, nint data); [DllImport("libc.so.6")] static extern int socket(int a, int b, int c);
            """);
        Assert.Contains("Exception: -1 -1 -1 -1 -1 Seccomp: 2", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Console.OpenStandardOutput().Write(new byte[] { 2, 255, 255, 255, 127, 1, 2, 3 });")]
    [InlineData("var o = Console.OpenStandardOutput(); var block = new byte[1 << 20]; block[0] = 1; while (true) o.Write(block);")]
    [InlineData("Console.OpenStandardOutput().Write(new byte[] { 9, 0, 0, 0, 0 });")]
    [InlineData("Console.OpenStandardOutput().Write(new byte[] { 3, 2, 0, 0, 0, 91, 93 }); Environment.Exit(0);")]
    public async Task Strategy_ForgesOutput_IsRefused(string onBar) =>
        Assert.Equal("STRATEGY_OUTPUT_INVALID", (await _host.FailsAsync(onBar)).Reason);

    [Fact]
    public async Task Strategy_EndsTheProcess_IsAnError() =>
        Assert.Equal("STRATEGY_CRASHED", (await _host.FailsAsync("Environment.Exit(0);")).Reason);

    [Fact]
    public async Task Run_Cancelled_KillsTheProcess()
    {
        using var source = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _host.RunAsync(
            HostileStrategy.Compile("while (true) { }", ""), cancellationToken: source.Token));
        AssertNothingIsLeft(_host);
    }

    [Theory]
    [InlineData("while (true) { }", "STRATEGY_TIME_EXCEEDED")]
    [InlineData("throw new Exception(\"got \" + File.ReadAllText(\"/etc/passwd\").Length);", "STRATEGY_FAILED")]
    [InlineData("File.WriteAllText(\"/job/new\", \"x\"); throw new Exception(\"got \");", "STRATEGY_FAILED")]
    [InlineData("new TcpClient().Connect(\"127.0.0.1\", 5432); throw new Exception(\"got \");", "STRATEGY_FAILED")]
    [InlineData("if (File.ReadAllText(\"/proc/self/status\").Contains(\"CapEff:\\t0000000000000000\")) throw new Exception(\"bare\"); throw new Exception(\"got \");", "STRATEGY_FAILED")]
    public async Task Strategy_ServiceIsAnOrdinaryUser_IsHeldToo(string onBar, string reason)
    {
        using var host = new SandboxHost(asNobody: Environment.IsPrivilegedProcess);
        SandboxException error = await host.FailsAsync(onBar);
        Assert.Equal(reason, error.Reason);
        Assert.DoesNotContain("got ", error.Message, StringComparison.Ordinal);
    }

    private static void AssertNothingIsLeft(SandboxHost host)
    {
        Assert.DoesNotContain(Directory.GetDirectories(Path.Combine(host.DataRoot, "sandbox")), folder => folder.Contains("job-", StringComparison.Ordinal));
        foreach (string process in Directory.GetDirectories("/proc").Where(path => int.TryParse(Path.GetFileName(path), out _)))
        {
            Assert.DoesNotContain(host.DataRoot, CommandLineOf(process), StringComparison.Ordinal);
        }
    }

    private static string CommandLineOf(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline"));
        }
        catch (IOException)
        {
            return "";
        }
    }
}
