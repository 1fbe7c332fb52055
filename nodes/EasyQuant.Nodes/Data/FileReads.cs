using System.Runtime.CompilerServices;

namespace EasyQuant.Nodes.Data;

/// <summary>Reads many files on a few threads.</summary>
internal static class FileReads
{
    /// <summary>
    /// Reads files a few at a time, on threads of the pool, and gives the results in the order of the paths: a slow file holds up those behind it, of which at most
    /// <paramref name="threads"/> are read or wait. The first failure, in the order of the paths, ends it; it has ended when no file is read any more.
    /// </summary>
    /// <param name="paths">Files, in order.</param>
    /// <param name="threads">Files at a time, at least 1.</param>
    /// <param name="read">Reads one; called on several threads at a time.</param>
    /// <param name="cancellationToken">Ends it; files that were begun are read to their end unless <paramref name="read"/> looks at its token.</param>
    public static async IAsyncEnumerable<T> AheadAsync<T>(
        IReadOnlyList<string> paths, int threads, Func<string, CancellationToken, T> read, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var reading = new Queue<Task<T>>(threads);
        try
        {
            foreach (string path in paths)
            {
                bool isFull = reading.Count == threads;
                T? done = isFull ? await reading.Dequeue() : default;
                reading.Enqueue(Task.Run(() => read(path, stop.Token), stop.Token));
                if (isFull)
                {
                    // The next file is read while the caller handles this one.
                    yield return done!;
                }
            }

            while (reading.TryDequeue(out Task<T>? last))
            {
                yield return await last;
            }
        }
        finally
        {
            await stop.CancelAsync();
            Task begun = Task.WhenAll(reading);
            await begun.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
