using EasyQuant.RunnerService.Storage;
using Microsoft.Extensions.Options;

namespace EasyQuant.RunnerService.Projects;

/// <summary>Forgets old keys of all projects. Every Runner that reaches the database does; the database keeps them apart.</summary>
internal sealed partial class RetentionLoop(
    ProjectDatabases databases, ProjectRetention retention, IOptions<RunnerOptions> options, TimeProvider time, ILogger<RetentionLoop> logger) : BackgroundService
{
    // A Runner that is started every day or more often must get to it too, but not while it starts.
    private static readonly TimeSpan s_firstMax = TimeSpan.FromMinutes(5);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        TimeSpan interval = options.Value.RetentionInterval;
        TimeSpan wait = interval < s_firstMax ? interval : s_firstMax;
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(wait, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            wait = interval;
            try
            {
                foreach (ProjectSchema schema in await databases.ListAsync(stoppingToken))
                {
                    await ForgetAsync(schema, stoppingToken);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                // Outermost loop of the worker: what is old stays old, and the next round finds it.
                LogRoundFailed(exception);
            }
        }
    }

    // One project's trouble (a role with another password, a lock) must not keep the others from their turn.
    private async Task ForgetAsync(ProjectSchema schema, CancellationToken cancellationToken)
    {
        try
        {
            ProjectRetention.Forgotten forgotten = await retention.ForgetAsync(schema, cancellationToken);
            if (forgotten != default)
            {
                LogForgotten(schema.Name, forgotten.Streams, forgotten.Keys, forgotten.Effects);
            }
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            LogSchemaFailed(exception, schema.Name);
        }
    }

    [LoggerMessage(2081, LogLevel.Information, "Schema {Schema}: forgot {Streams} ended streams, {Keys} keys of chunks and {Effects} keys of effects.")]
    private partial void LogForgotten(string schema, int streams, long keys, long effects);

    [LoggerMessage(2082, LogLevel.Warning, "Old keys of schema {Schema} could not be forgotten; the next round tries again.")]
    private partial void LogSchemaFailed(Exception exception, string schema);

    [LoggerMessage(2083, LogLevel.Warning, "A round of forgetting old keys failed; the next one tries again.")]
    private partial void LogRoundFailed(Exception exception);
}
