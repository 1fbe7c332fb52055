using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Aspire.Hosting.Local;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>The console logs of all resources: the last lines in memory, more in files. Thread-safe.</summary>
public sealed class ResourceLoggerService : IDisposable
{
    private readonly ConcurrentDictionary<string, ConsoleLog> _logs = new();

    /// <summary>Directory of the log files; null keeps the logs in memory only.</summary>
    internal string? LogDirectory { get; set; }

    /// <summary>Returns a logger that writes to the console log of a resource.</summary>
    /// <param name="resourceName">Id of a replica, or name of a resource.</param>
    /// <returns>The logger.</returns>
    public ILogger GetLogger(string resourceName) => new ConsoleLogger(LogOf(resourceName));

    /// <summary>Returns the lines of a console log, then every new one; the token of the enumeration (<c>WithCancellation</c>) ends the stream.</summary>
    /// <param name="resourceName">Id of a replica.</param>
    /// <returns>Batches of lines.</returns>
    public IAsyncEnumerable<IReadOnlyList<LogLine>> WatchAsync(string resourceName) => LogOf(resourceName).WatchAsync(CancellationToken.None);

    /// <summary>Closes the log files.</summary>
    public void Dispose()
    {
        foreach (ConsoleLog log in _logs.Values)
        {
            log.Dispose();
        }
    }

    internal ConsoleLog LogOf(string resourceId) =>
        _logs.GetOrAdd(resourceId, id => new ConsoleLog(LogDirectory is null ? null : Path.Combine(LogDirectory, id + ".log")));
}
