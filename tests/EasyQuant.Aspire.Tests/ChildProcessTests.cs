using System.Collections.Concurrent;
using EasyQuant.LocalServers;

namespace EasyQuant.Aspire.Tests;

public sealed class ChildProcessTests
{
    [Fact]
    public async Task ChildProcess_EndsBeforeItsOutputWasRead_DeliversTheLastLineBeforeItsExit()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(6));
        using var gate = new ManualResetEventSlim();
        var lines = new ConcurrentQueue<string>();
        ChildProcess child = await ChildProcess.StartAsync(
            new ProcessSpec { FileName = "/bin/sh", Arguments = ["-c", "echo first; echo last; exit 7"], WorkingDirectory = "/" },
            (line, _) =>
            {
                gate.Wait(deadline.Token);
                lines.Enqueue(line);
            });
        while (Directory.Exists($"/proc/{child.Id}"))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), deadline.Token);
        }

        string[] seen = [];
        Task end = child.Exited.ContinueWith(_ => seen = [.. lines], deadline.Token, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        await Task.Yield();
        gate.Set();
        await end.WaitAsync(deadline.Token);

        Assert.Equal(["first", "last"], seen);
        Assert.Equal(7, await child.Exited);
    }

    [Fact]
    public async Task ChildProcess_KilledInItsFirstMoment_IsGone()
    {
        for (int i = 0; i < 20; i++)
        {
            ChildProcess child = await ChildProcess.StartAsync(
                new ProcessSpec { FileName = "/bin/sleep", Arguments = ["600"], WorkingDirectory = "/" }, (_, _) => { });

            await child.KillAsync().WaitAsync(TimeSpan.FromMinutes(2));

            Assert.Equal(137, await child.Exited);
        }
    }
}
