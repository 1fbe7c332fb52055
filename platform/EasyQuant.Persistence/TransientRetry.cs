using System.Net.Sockets;
using Npgsql;
using Polly;
using Polly.Retry;

namespace EasyQuant.Persistence;

/// <summary>
/// The one retry of the platform's database work. It repeats a whole transaction, never a statement of one, and only work that
/// is keyed: a lost reply after COMMIT looks like a failure, so the second execution must find the first. Thread-safe.
/// </summary>
public static class TransientRetry
{
    /// <summary>
    /// For requests: at most 20 executions within about 8 s, exponential with jitter up to half a second. A restarting server takes about 5 s, and leases are
    /// renewed as soon as it is back.
    /// </summary>
    public static readonly ResiliencePipeline Request = Build(19, TimeSpan.FromMilliseconds(60), TimeSpan.FromMilliseconds(500));

    /// <summary>For start-up, when the database may still be starting: retries for about 60 s.</summary>
    public static readonly ResiliencePipeline StartUp = Build(30, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(2));

    /// <summary>How long <see cref="WaitOutAsync"/> puts up with a database that is away: 10 min.</summary>
    public static readonly TimeSpan OutageMax = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan s_waitMin = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_waitMax = TimeSpan.FromSeconds(2);

    /// <summary>
    /// For work of runs, which must not fail because the database is away: repeats it until it succeeds, for <see cref="OutageMax"/> at most.
    /// The waits grow from 0.2 s to 2 s.
    /// </summary>
    /// <typeparam name="T">What the work returns.</typeparam>
    /// <param name="work">Keyed or reading work, repeated as a whole.</param>
    /// <param name="onFault">Told each passing fault before the wait; null for nobody.</param>
    /// <param name="time">Clock of the waits.</param>
    /// <param name="cancellationToken">Ends the waits.</param>
    /// <returns>What the first success returned.</returns>
    /// <exception cref="Exception">What the work threw, when it is no passing fault or came after <see cref="OutageMax"/>.</exception>
    public static async Task<T> WaitOutAsync<T>(Func<Task<T>> work, Action<Exception>? onFault, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(work);
        ArgumentNullException.ThrowIfNull(time);
        long began = time.GetTimestamp();
        TimeSpan wait = s_waitMin;
        while (true)
        {
            try
            {
                return await work();
            }
            catch (Exception e) when (IsTransient(e) && !cancellationToken.IsCancellationRequested && time.GetElapsedTime(began) < OutageMax)
            {
                onFault?.Invoke(e);
                await Task.Delay(wait, time, cancellationToken);
                wait = wait * 2 < s_waitMax ? wait * 2 : s_waitMax;
            }
        }
    }

    /// <summary>
    /// Tells whether the same transaction may succeed when executed again: serialization failure (40001), deadlock (40P01),
    /// shutdown or start of the server (57P0x), too many connections (53300), a broken connection (08xxx, I/O, disposed under the command), a full or failing disk
    /// (53100, 58030), a file that may not grow (XX000 from where files are written: a limit of the file system or of the process), and the last word of a server that
    /// stops itself (PANIC, whatever its code).
    /// </summary>
    /// <param name="exception">What the execution threw.</param>
    /// <returns>True for a passing fault.</returns>
    public static bool IsTransient(Exception exception) => exception switch
    {
        PostgresException postgres => postgres.SqlState is "40001" or "40P01" or "57P01" or "57P02" or "57P03" or "53300" or "25P03" or "55P03" or "53100" or "58030"
            || (postgres.SqlState == "XX000" && postgres.Routine is "mdextend" or "mdzeroextend" or "mdwrite" or "mdwritev" or "BufFileDumpBuffer")
            || postgres.InvariantSeverity == "PANIC" || postgres.SqlState.StartsWith("08", StringComparison.Ordinal),
        // Without a word from the server it is the connection that failed, whatever the driver met when it broke; only a refused certificate stays refused.
        NpgsqlException npgsql => npgsql.IsTransient || npgsql.InnerException is not (null or System.Security.Authentication.AuthenticationException),
        IOException or SocketException => true,
        // A connection that is reset while another thread ends its command leaves the driver with something disposed; a data source that is disposed stays so.
        ObjectDisposedException disposed => !disposed.ObjectName.Contains("DataSource", StringComparison.Ordinal),
        _ => false,
    };

    private static ResiliencePipeline Build(int retryCountMax, TimeSpan delay, TimeSpan delayMax) =>
        new ResiliencePipelineBuilder()
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = arguments => ValueTask.FromResult(arguments.Outcome.Exception is { } exception && IsTransient(exception)),
                MaxRetryAttempts = retryCountMax,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = delay,
                MaxDelay = delayMax,
            })
            .Build();
}
