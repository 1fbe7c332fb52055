using EasyQuant.Contracts.Run.V1;
using EasyQuant.Contracts.Worker.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace EasyQuant.Client;

/// <summary>
/// Executes tasks on the best worker of the platform, and in this process when there is no worker or no platform. The choice is made before the task is sent:
/// a task that may have reached the platform is never executed here too. Workers that are all busy are workers: the task waits for one. Thread-safe.
/// </summary>
/// <param name="tasks">The calls.</param>
/// <param name="local">Executes a task here and returns its outputs; what it throws goes to the caller.</param>
/// <param name="time">The clock of the pauses between questions.</param>
public sealed class TaskBridge(TaskService.TaskServiceClient tasks, Func<ExecuteTaskRequest, CancellationToken, Task<Struct>> local, TimeProvider time)
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_pauseMin = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_pauseMax = TimeSpan.FromSeconds(1);

    /// <summary>Executes a task to its end. Idempotent by the task's id as long as there are workers; a task in this process runs with each call.</summary>
    /// <param name="request">The task.</param>
    /// <param name="headers">Sent with every call; empty for a client that adds its key itself.</param>
    /// <param name="cancellationToken">Stops waiting; a task on a worker goes on, one in this process is asked to stop.</param>
    /// <returns>What came of it.</returns>
    /// <exception cref="RpcException">The platform refused the task. Calls that found it away are made again.</exception>
    public async Task<TaskOutcome> ExecuteAsync(ExecuteTaskRequest request, Metadata headers, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(headers);
        if (!await HasWorkerAsync(headers, cancellationToken))
        {
            return new TaskOutcome(RunState.Succeeded, "", true, await local(request, cancellationToken), null);
        }

        TimeSpan pause = s_pauseMin;
        WorkerTask? task = null;
        while (true)
        {
            try
            {
                task = task is null
                    ? (await tasks.ExecuteTaskAsync(request, Options(headers, cancellationToken))).Task
                    : (await tasks.GetTaskStatusAsync(new GetTaskStatusRequest { TaskId = request.TaskId }, Options(headers, cancellationToken))).Task;
                if (task.State is RunState.Succeeded or RunState.Failed or RunState.Cancelled)
                {
                    return new TaskOutcome(task.State, task.WorkerName, false, task.Outputs ?? new Struct(), task.Error);
                }
            }
            catch (RpcException exception) when (IsAway(exception) && !cancellationToken.IsCancellationRequested)
            {
                // It may or may not have been taken: the same id makes the next call safe.
            }

            await Task.Delay(pause, time, cancellationToken);
            pause = pause * 2 < s_pauseMax ? pause * 2 : s_pauseMax;
        }
    }

    private async Task<bool> HasWorkerAsync(Metadata headers, CancellationToken cancellationToken)
    {
        try
        {
            GetTaskStatisticsResponse pool = await tasks.GetTaskStatisticsAsync(new GetTaskStatisticsRequest(), Options(headers, cancellationToken));
            return pool.Workers.Any(worker => worker.State is WorkerState.Idle or WorkerState.Busy);
        }
        catch (RpcException exception) when (IsAway(exception) && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private CallOptions Options(Metadata headers, CancellationToken cancellationToken) => new(headers, time.GetUtcNow().UtcDateTime + s_deadline, cancellationToken);

    private static bool IsAway(RpcException exception) => exception.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded;
}
