using EasyQuant.BacktestSandbox;
using EasyQuant.BacktestSandbox.Frames;

namespace EasyQuant.BacktestService.Sandbox;

/// <summary>Starts the sandbox once and says in the log whether this machine can hold strategies of users apart. Without it they are refused, everything else works.</summary>
internal sealed partial class SandboxCheck(StrategySandbox sandbox, ControlGroups groups, ILogger<SandboxCheck> logger) : BackgroundService
{
    private static readonly TimeSpan s_timeMax = TimeSpan.FromMinutes(2);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            bool isFiltered = false;
            await sandbox.RunAsync("probe", _ => Task.CompletedTask, HandleAsync, s_timeMax, s_timeMax, null, stoppingToken);
            LogReady(isFiltered ? "system call filter" : "no system call filter, because the kernel has none", groups.Describe());

            ValueTask HandleAsync(Frame frame)
            {
                isFiltered |= frame.Kind == FrameKind.Result && frame.Payload.AsSpan().SequenceEqual(SandboxProgram.FilteredAnswer);
                return ValueTask.CompletedTask;
            }
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

    [LoggerMessage(4005, LogLevel.Information, "The sandbox for strategies of users is ready. Walls: namespaces; resource limits; {Filter}; {Groups}.")]
    private partial void LogReady(string filter, string groups);

    [LoggerMessage(4006, LogLevel.Warning, "Strategies of users are refused: {Cause}")]
    private partial void LogUnavailable(string cause);
}
