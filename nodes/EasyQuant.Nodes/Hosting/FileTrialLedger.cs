using System.Text;
using EasyQuant.Engine;

namespace EasyQuant.Nodes.Hosting;

/// <summary>
/// A trial ledger as a file of JSON lines, for <c>eq</c>. Several processes may share the file: it is held alone while a trial is
/// added. Lines are flushed to the disk before <see cref="AddAsync"/> returns; a line that a crash cut off is overwritten. Thread-safe.
/// </summary>
public sealed class FileTrialLedger : ITrialLedger, IDisposable
{
    /// <summary>Most trials of one file.</summary>
    public const int TrialsMax = 1_000_000;

    private const int AttemptsMax = 200;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(25);
    private readonly SemaphoreSlim _gate = new(1);
    private readonly HashSet<(string Family, string Key)> _known = [];
    private readonly List<Trial> _trials = [];
    private readonly string _path;
    private readonly TimeProvider _time;
    private long _read;

    /// <summary>Serves a file; it and its folder are created with the first trial.</summary>
    /// <param name="path">The file.</param>
    /// <param name="time">The clock, for waiting until another process lets go of the file.</param>
    public FileTrialLedger(string path, TimeProvider time)
    {
        _path = Path.GetFullPath(path);
        _time = time;
    }

    /// <inheritdoc/>
    /// <exception cref="FormatException">A line of the file is not a trial; names the line.</exception>
    /// <exception cref="IOException">The file cannot be written, or another process held it for more than five seconds.</exception>
    /// <exception cref="InvalidOperationException">The file holds <see cref="TrialsMax"/> trials.</exception>
    public async ValueTask<bool> AddAsync(Trial trial, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
            using FileStream file = await OpenAsync(cancellationToken);
            await ReadNewAsync(file, cancellationToken);
            if (_known.Contains((trial.Family, trial.Key)))
            {
                return false;
            }

            if (_trials.Count >= TrialsMax)
            {
                throw new InvalidOperationException($"{_path} holds {TrialsMax} trials, the most a file may hold; start another file.");
            }

            byte[] line = Encoding.UTF8.GetBytes(TrialJson.Write(trial) + "\n");
            file.SetLength(_read);
            file.Position = _read;
            file.Write(line);
            file.Flush(flushToDisk: true);
            _read = file.Position;
            Remember(trial);
            return true;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <inheritdoc/>
    /// <exception cref="FormatException">A line of the file is not a trial; names the line.</exception>
    public async ValueTask<TrialSummary> SummarizeAsync(string family, DateOnly first, DateOnly last, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (File.Exists(_path))
            {
                using FileStream file = await OpenAsync(cancellationToken);
                await ReadNewAsync(file, cancellationToken);
            }

            // In order of the keys, so that the same trials give the same bits in whatever order they were added.
            return TrialSummary.Of([
                .. _trials.Where(trial => trial.Counts(family, first, last)).OrderBy(trial => trial.Key, StringComparer.Ordinal).Select(trial => trial.Sample.Sharpe),
            ]);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _gate.Dispose();

    private async ValueTask<FileStream> OpenAsync(CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return new FileStream(_path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (attempt < AttemptsMax)
            {
                await Task.Delay(s_pause, _time, cancellationToken);
            }
        }
    }

    private async ValueTask ReadNewAsync(FileStream file, CancellationToken cancellationToken)
    {
        if (file.Length <= _read)
        {
            return;
        }

        file.Position = _read;
        byte[] bytes = new byte[checked((int)(file.Length - _read))];
        await file.ReadExactlyAsync(bytes, cancellationToken);
        int start = 0;
        for (int end; (end = Array.IndexOf(bytes, (byte)'\n', start)) >= 0; start = end + 1)
        {
            try
            {
                Trial trial = TrialJson.Parse(Encoding.UTF8.GetString(bytes, start, end - start));
                if (!_known.Contains((trial.Family, trial.Key)))
                {
                    Remember(trial);
                }
            }
            catch (FormatException e)
            {
                throw new FormatException($"{_path}: trial {_trials.Count + 1}: {e.Message}", e);
            }
        }

        _read += start;
    }

    private void Remember(Trial trial)
    {
        _known.Add((trial.Family, trial.Key));
        _trials.Add(trial);
    }
}
