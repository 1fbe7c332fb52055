using EasyQuant.Flow;
using Npgsql;

namespace EasyQuant.RunnerService.Projects;

/// <summary>Makes role, schema and folders of the project <c>default</c> at start, so that the first run finds them; other projects get theirs with their first run.</summary>
internal sealed partial class ProjectPreparation(ProjectServices projects, TimeProvider time, ILogger<ProjectPreparation> logger) : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        TimeSpan delay = TimeSpan.FromMilliseconds(200);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await projects.GetAsync("default", stoppingToken);
                return;
            }
            catch (Exception e) when (e is NpgsqlException or IOException or NodeException)
            {
                LogFailed(e);
                await Task.Delay(delay, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                delay = delay < TimeSpan.FromSeconds(5) ? delay * 2 : delay;
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    [LoggerMessage(2071, LogLevel.Warning, "The project 'default' could not be prepared; it is tried again.")]
    private partial void LogFailed(Exception exception);
}
