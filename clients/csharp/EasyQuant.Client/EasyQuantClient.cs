using EasyQuant.Contracts.Access.V1;
using EasyQuant.Contracts.Backtest.V1;
using EasyQuant.Contracts.Data.V1;
using EasyQuant.Contracts.Group.V1;
using EasyQuant.Contracts.Job.V1;
using EasyQuant.Contracts.Market.V1;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.Contracts.Schedule.V1;
using EasyQuant.Contracts.Secret.V1;
using EasyQuant.Contracts.Worker.V1;
using EasyQuant.Contracts.Workflow.V1;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;

namespace EasyQuant.Client;

/// <summary>
/// Typed clients of all public services over one channel to the Gateway. Every call carries the API key; a unary call without a deadline gets
/// <see cref="EasyQuantClientOptions.Timeout"/>. Nothing is sent before the first call. Thread-safe.
/// </summary>
/// <example><code>
/// using var client = new EasyQuantClient(new EasyQuantClientOptions { Address = new Uri("http://127.0.0.1:5081"), Key = key });
/// ListWorkflowsResponse page = await client.Workflows.ListWorkflowsAsync(new ListWorkflowsRequest());
/// </code></example>
public sealed class EasyQuantClient : IDisposable
{
    private readonly GrpcChannel _channel;

    /// <summary>Creates the clients.</summary>
    /// <param name="options">Address and key.</param>
    /// <exception cref="ArgumentException">The key is empty or the time-out is not positive.</exception>
    public EasyQuantClient(EasyQuantClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentException.ThrowIfNullOrWhiteSpace(options.Key);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(options.Timeout, TimeSpan.Zero);
        _channel = GrpcChannel.ForAddress(options.Address, new GrpcChannelOptions { MaxReceiveMessageSize = options.MessageBytesMax });
        Invoker = _channel.Intercept(new KeyInterceptor(options));
        Access = new AccessService.AccessServiceClient(Invoker);
        Backtests = new BacktestService.BacktestServiceClient(Invoker);
        Data = new DataService.DataServiceClient(Invoker);
        Jobs = new JobService.JobServiceClient(Invoker);
        Groups = new GroupService.GroupServiceClient(Invoker);
        Market = new MarketService.MarketServiceClient(Invoker);
        Nodes = new NodeService.NodeServiceClient(Invoker);
        Runs = new RunService.RunServiceClient(Invoker);
        Schedules = new ScheduleService.ScheduleServiceClient(Invoker);
        Secrets = new SecretService.SecretServiceClient(Invoker);
        Tasks = new TaskService.TaskServiceClient(Invoker);
        Workers = new WorkerService.WorkerServiceClient(Invoker);
        Workflows = new WorkflowService.WorkflowServiceClient(Invoker);
    }

    /// <summary>Makes calls with the key; for clients that are not listed here.</summary>
    public CallInvoker Invoker { get; }

    /// <summary>API keys of the project.</summary>
    public AccessService.AccessServiceClient Access { get; }

    /// <summary>Backtests and strategies.</summary>
    public BacktestService.BacktestServiceClient Backtests { get; }

    /// <summary>Files and tables of the project.</summary>
    public DataService.DataServiceClient Data { get; }

    /// <summary>Named runnables.</summary>
    public JobService.JobServiceClient Jobs { get; }

    /// <summary>Process groups: definitions, starts, scaling.</summary>
    public GroupService.GroupServiceClient Groups { get; }

    /// <summary>Bars, instruments and rules.</summary>
    public MarketService.MarketServiceClient Market { get; }

    /// <summary>The node catalogue.</summary>
    public NodeService.NodeServiceClient Nodes { get; }

    /// <summary>Runs.</summary>
    public RunService.RunServiceClient Runs { get; }

    /// <summary>Secrets that nodes send to servers; values are never read back.</summary>
    public SecretService.SecretServiceClient Secrets { get; }

    /// <summary>Schedules and firings.</summary>
    public ScheduleService.ScheduleServiceClient Schedules { get; }

    /// <summary>Tasks on workers; <see cref="TaskBridge"/> adds local execution.</summary>
    public TaskService.TaskServiceClient Tasks { get; }

    /// <summary>The worker pool.</summary>
    public WorkerService.WorkerServiceClient Workers { get; }

    /// <summary>Workflow definitions.</summary>
    public WorkflowService.WorkflowServiceClient Workflows { get; }

    /// <summary>Watches a run to its end. A stream that breaks because the Gateway or the service restarts goes on where it broke.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="onEvent">Called for each event, in order, once; null to ignore them.</param>
    /// <param name="cancellationToken">Stops watching; the run goes on.</param>
    /// <returns>The ended run: succeeded, failed or cancelled.</returns>
    /// <exception cref="RpcException">The run does not exist, or the key may not read it.</exception>
    public async Task<Run> WatchToEndAsync(string runId, Action<RunEvent>? onEvent, CancellationToken cancellationToken)
    {
        long sequence = 0;
        while (true)
        {
            try
            {
                using AsyncServerStreamingCall<WatchRunResponse> call = Runs.WatchRun(
                    new WatchRunRequest { RunId = runId, AfterSequence = sequence }, cancellationToken: cancellationToken);
                while (await call.ResponseStream.MoveNext(cancellationToken))
                {
                    if (call.ResponseStream.Current.Event is { } runEvent)
                    {
                        sequence = runEvent.Sequence;
                        onEvent?.Invoke(runEvent);
                    }
                }

                Run run = (await Runs.GetRunAsync(new GetRunRequest { RunId = runId }, cancellationToken: cancellationToken)).Run;
                if (run.State is RunState.Succeeded or RunState.Failed or RunState.Cancelled)
                {
                    return run;
                }
            }
            catch (RpcException exception) when (exception.StatusCode is StatusCode.Unavailable or StatusCode.Internal && !cancellationToken.IsCancellationRequested)
            {
                await Task.Delay(s_reconnectDelay, cancellationToken);
            }
        }
    }

    /// <summary>Closes the connection; open calls are cancelled.</summary>
    public void Dispose() => _channel.Dispose();

    private static readonly TimeSpan s_reconnectDelay = TimeSpan.FromMilliseconds(500);
}
