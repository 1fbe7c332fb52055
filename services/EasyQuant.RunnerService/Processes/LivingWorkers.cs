namespace EasyQuant.RunnerService.Processes;

/// <summary>
/// Shows the workers that share a data root that this one lives, and finds those that do not any more. Each keeps a file of its own locked in the folder
/// <c>workers</c>; the system unlocks it with the end of the process, however that came. A worker that ends in good order takes its file along. Finds nobody
/// where the file system does not lock, or the folder cannot be written. Not thread-safe.
/// </summary>
internal sealed class LivingWorkers : IDisposable
{
    private const int DeadMax = 100;
    private const int FilesMax = 1_000;
    private static readonly TimeSpan s_lookInterval = TimeSpan.FromSeconds(1);

    // A claim that the dead one had sent may be granted for as long as a claim takes.
    private static readonly TimeSpan s_tellTime = TimeSpan.FromSeconds(12);

    // A worker that starts names its file at once.
    private static readonly TimeSpan s_hiddenAge = TimeSpan.FromMinutes(1);

    private readonly string _folder;
    private readonly string _workerId;
    private readonly TimeProvider _time;
    private readonly FileStream? _own;
    private readonly Dictionary<string, long> _found = new(StringComparer.Ordinal);
    private long? _looked;
    private string[] _untold = [];

    /// <summary>Shows that the worker lives from now on.</summary>
    /// <param name="dataRoot">What the workers share.</param>
    /// <param name="workerId">Id of this session.</param>
    /// <param name="time">Clock of the looks.</param>
    public LivingWorkers(string dataRoot, string workerId, TimeProvider time)
    {
        _folder = Path.Combine(dataRoot, "workers");
        _workerId = workerId;
        _time = time;
        _own = TryShow();
    }

    /// <summary>
    /// Looks, once a second at most, for workers whose process has ended without a word. Each is named for some seconds, then its file is deleted. Those whose
    /// report failed are named again at once.
    /// </summary>
    /// <returns>At most 100 ids.</returns>
    public IReadOnlyList<string> Dead()
    {
        if (_own is null || (_looked is { } looked && _time.GetElapsedTime(looked) < s_lookInterval))
        {
            return _untold;
        }

        _looked = _time.GetTimestamp();
        try
        {
            string[] dead = [.. Directory.EnumerateFiles(_folder).Take(FilesMax).Where(IsAbandoned).Select(path => Path.GetFileName(path)).Take(DeadMax)];
            foreach (string gone in _found.Keys.Except(dead).ToArray())
            {
                _found.Remove(gone);
            }

            foreach (string id in dead)
            {
                _found.TryAdd(id, _looked.Value);
            }

            return _untold = dead;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>Tells that those who were found have been reported.</summary>
    /// <param name="workerIds">What <see cref="Dead"/> returned.</param>
    public void Told(IReadOnlyList<string> workerIds)
    {
        _untold = [];
        foreach (string id in workerIds.Where(id => _found.TryGetValue(id, out long found) && _time.GetElapsedTime(found) >= s_tellTime))
        {
            _found.Remove(id);
            TryDelete(Path.Combine(_folder, id));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_own is not null)
        {
            TryDelete(Path.Combine(_folder, _workerId));
            _own.Dispose();
        }
    }

    private FileStream? TryShow()
    {
        if (_workerId.StartsWith('.') || _workerId.AsSpan().IndexOfAny(Path.GetInvalidFileNameChars()) >= 0)
        {
            return null;
        }

        FileStream? file = null;
        try
        {
            Directory.CreateDirectory(_folder);
            DeleteHidden();
            // Locked before it can be seen: nobody finds it in between.
            string hidden = Path.Combine(_folder, "." + _workerId);
            file = Open(hidden, FileMode.Create);
            string path = Path.Combine(_folder, _workerId);
            File.Move(hidden, path, overwrite: true);
            if (!IsFree(path))
            {
                return file;
            }

            // No locks here: everybody would seem dead.
            TryDelete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }

        file?.Dispose();
        return null;
    }

    // What a worker leaves that dies before it has named its file.
    private void DeleteHidden()
    {
        DateTime old = _time.GetUtcNow().UtcDateTime - s_hiddenAge;
        foreach (string path in Directory.EnumerateFiles(_folder, ".*").Take(FilesMax).Where(path => File.GetLastWriteTimeUtc(path) < old && IsFree(path)))
        {
            TryDelete(path);
        }
    }

    private bool IsAbandoned(string path)
    {
        string id = Path.GetFileName(path);
        return id != _workerId && !id.StartsWith('.') && IsFree(path);
    }

    private static bool IsFree(string path)
    {
        try
        {
            Open(path, FileMode.Open).Dispose();
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static FileStream Open(string path, FileMode mode) => new(path, mode, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It names a dead worker once more, which changes nothing.
        }
    }
}
