namespace EasyQuant.BacktestService.Sandbox;

/// <summary>Starts the sandbox once and says in the log whether this machine can hold strategies of users apart. Without it they are refused, everything else works.</summary>
internal sealed partial class SandboxCheck(StrategySandbox sandbox, ILogger<SandboxCheck> logger) : BackgroundService
{
    private static readonly TimeSpan s_timeMax = TimeSpan.FromSeconds(30);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await sandbox.RunAsync("probe", _ => Task.CompletedTask, _ => ValueTask.CompletedTask, s_timeMax, s_timeMax, null, stoppingToken);
            LogReady();
        }
        catch (SandboxException e)
        {
            LogUnavailable(e.Message);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The service stops before the answer came.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogUnavailable(e.Message);
        }
    }

    [LoggerMessage(4005, LogLevel.Information, "The sandbox for strategies of users is ready.")]
    private partial void LogReady();

    [LoggerMessage(4006, LogLevel.Warning, "Strategies of users are refused: {Cause}")]
    private partial void LogUnavailable(string cause);
}
