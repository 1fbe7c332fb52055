using System.Collections.Concurrent;

namespace EasyQuant.LocalServers;

/// <summary>
/// The one thread that starts processes. The kernel's parent-death signal follows the thread that forked, not the process, so a pool
/// thread that retires would take its children with it; this thread lives as long as the process.
/// </summary>
internal static class LauncherThread
{
    private static readonly BlockingCollection<Action> s_work = new(boundedCapacity: 256);

    static LauncherThread() => new Thread(Run) { IsBackground = true, Name = "process launcher" }.Start();

    public static Task<T> InvokeAsync<T>(Func<T> start)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        s_work.Add(() =>
        {
            try
            {
                done.SetResult(start());
            }
            catch (Exception exception)
            {
                done.SetException(exception); // The caller awaits it.
            }
        });
        return done.Task;
    }

    private static void Run()
    {
        foreach (Action action in s_work.GetConsumingEnumerable())
        {
            action();
        }
    }
}
