using System.Diagnostics;
using EasyQuant.RunnerService.Processes;

namespace EasyQuant.Services.Tests.Workers;

public sealed class WorkerUsageTests
{
    [Fact]
    public async Task Children_OneWorksAndEnds_CountsItsMemoryAndKeepsItsTime()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        var usage = new WorkerUsage();
        var start = new ProcessStartInfo("sh") { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add("i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; echo done; read line");
        using Process child = Process.Start(start)!;
        try
        {
            usage.Add(child);
            Assert.Equal("done", await child.StandardOutput.ReadLineAsync(deadline.Token));
            (TimeSpan cpu, long memoryBytes) = usage.Children();
            Assert.True(cpu > TimeSpan.Zero && memoryBytes > 0, $"{cpu}, {memoryBytes} bytes");
            (TimeSpan all, long allBytes) = usage.Now();
            Assert.True(all > cpu && allBytes > memoryBytes, $"{all}, {allBytes} bytes");
            child.Kill();
            await child.WaitForExitAsync(deadline.Token);
            Assert.Equal(0, usage.Children().MemoryBytes);
            usage.Remove(child);
            usage.Remove(child);
            Assert.True(usage.Children().Cpu >= cpu, $"{usage.Children().Cpu} after {cpu}");
        }
        finally
        {
            child.Kill();
        }
    }
}
