using System.Globalization;
using System.Runtime.CompilerServices;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Local;

/// <summary>
/// The console of one replica: the last 2000 lines in memory for the dashboard, and a file of at most 8 MiB with its predecessor beside it
/// (<c>.1</c>). Thread-safe.
/// </summary>
internal sealed class ConsoleLog(string? path) : IDisposable
{
    private const int LinesMax = 2000;
    private const long FileBytesMax = 8 * 1024 * 1024;

    private readonly Lock _lock = new();
    private readonly Queue<LogLine> _lines = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private StreamWriter? _file;
    private long _fileBytes;
    private int _count;
    private bool _isDisposed;

    public void Append(string text, bool isError)
    {
        string time = DateTime.UtcNow.ToString("O", CultureInfo.InvariantCulture);
        TaskCompletionSource changed;
        lock (_lock)
        {
            foreach (string line in text.Split('\n'))
            {
                string content = time + " " + line.TrimEnd('\r');
                _lines.Enqueue(new LogLine(++_count, content, isError));
                if (_lines.Count > LinesMax)
                {
                    _lines.Dequeue();
                }

                Write(content);
            }

            changed = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        changed.SetResult();
    }

    public IReadOnlyList<string> Tail(int count)
    {
        lock (_lock)
        {
            return [.. _lines.TakeLast(count).Select(line => line.Content)];
        }
    }

    /// <summary>The lines in memory now.</summary>
    public IReadOnlyList<LogLine> Lines()
    {
        lock (_lock)
        {
            return [.. _lines];
        }
    }

    public async IAsyncEnumerable<IReadOnlyList<LogLine>> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        int seen = 0;
        while (true)
        {
            List<LogLine> fresh;
            Task changed;
            lock (_lock)
            {
                fresh = [.. _lines.Where(line => line.LineNumber > seen)];
                changed = _changed.Task;
            }

            if (fresh.Count > 0)
            {
                seen = fresh[^1].LineNumber;
                yield return fresh;
            }

            await changed.WaitAsync(cancellationToken);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            _file?.Dispose();
            _file = null;
        }
    }

    private void Write(string content)
    {
        if (path is null || _isDisposed)
        {
            return;
        }

        if (_file is not null && _fileBytes > FileBytesMax)
        {
            _file.Dispose();
            File.Move(path, path + ".1", overwrite: true);
            _file = null;
        }

        if (_file is null)
        {
            _file = new StreamWriter(path, append: true) { AutoFlush = true };
            _fileBytes = _file.BaseStream.Length;
        }

        _file.WriteLine(content);
        _fileBytes += content.Length + 1;
    }
}
