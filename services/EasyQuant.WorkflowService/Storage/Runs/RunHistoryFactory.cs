using Microsoft.Extensions.Options;

namespace EasyQuant.WorkflowService.Storage.Runs;

/// <summary>Makes the history of a transaction: the clock and the dashboard enter here. Thread-safe.</summary>
internal sealed class RunHistoryFactory(TimeProvider time, IOptions<WorkflowServiceOptions> options)
{
    public string DashboardUrl => options.Value.DashboardUrl;

    public RunHistory Create() => new(Now(), options.Value.DashboardUrl);

    /// <summary>Returns the time in whole microseconds, as PostgreSQL stores it, so that a row read back equals the row written.</summary>
    public DateTimeOffset Now()
    {
        DateTimeOffset now = time.GetUtcNow();
        return new DateTimeOffset(now.Ticks - (now.Ticks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
    }
}
