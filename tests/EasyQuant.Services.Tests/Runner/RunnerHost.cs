using EasyQuant.Contracts.Run.V1;
using EasyQuant.Contracts.Workflow.V1;
using EasyQuant.Nodes;
using EasyQuant.RunnerService;
using EasyQuant.ServiceDefaults;
using EasyQuant.ServiceDefaults.Security;
using EasyQuant.Services.Tests.Workflow;
using EasyQuant.Testing;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using NodeCatalog = EasyQuant.Flow.NodeCatalog;

namespace EasyQuant.Services.Tests.Runner;

/// <summary>A Workflow service on real servers and a Runner beside it, both in this process. There is no Monitor: the Runner works without.</summary>
public sealed class RunnerHost : IAsyncDisposable
{
    /// <summary>Password of the role of nodes. Roles belong to the server, which the tests share and use at the same time: another password here locks the others out.</summary>
    public const string DataPassword = "a-password-for-nodes";

    private const string Credential = "0123456789abcdef0123456789abcdef";

    private readonly List<WebApplication> _runners = [];
    private readonly ILoggerProvider? _log;
    private readonly Action<NodeCatalog>? _addNodes;

    private RunnerHost(WorkflowHost workflow, Dictionary<string, string?> settings, ILoggerProvider? log, Action<NodeCatalog>? addNodes)
    {
        _log = log;
        _addNodes = addNodes;
        Workflow = workflow;
        Settings = settings;
    }

    public WorkflowHost Workflow { get; }

    /// <summary>Gets the settings of a Runner, for one in another process.</summary>
    public Dictionary<string, string?> Settings { get; }

    public static async Task<RunnerHost> StartAsync(
        TestServers servers, bool withRunner = true, Dictionary<string, string?>? settings = null, string lease = "00:00:03", ILoggerProvider? log = null,
        Action<NodeCatalog>? addNodes = null, string queueGrace = "00:00:00.500")
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        string database = await servers.CreateDatabaseAsync(deadline.Token);
        string broker = await servers.CreateVirtualHostAsync(deadline.Token);
        WorkflowHost workflow = await WorkflowHost.StartAsync(
            database, broker, new Dictionary<string, string?> { ["Workflow:LeaseDuration"] = lease, ["Workflow:QueueGrace"] = queueGrace }, deadline.Token);
        var host = new RunnerHost(workflow, new Dictionary<string, string?>
        {
            ["ConnectionStrings:easyquant"] = database,
            ["ConnectionStrings:messaging"] = broker,
            ["EASYQUANT_DATA_ROOT"] = workflow.DataRoot,
            ["EASYQUANT_DATA_PASSWORD"] = DataPassword,
            ["Services:workflow:grpc:0"] = workflow.Address,
            ["Services:monitor:grpc:0"] = "http://127.0.0.1:9",
            [InternalCredential.Setting] = Credential,
            ["Runner:PollInterval"] = "00:00:00.200",
            ["Runner:DrainTimeout"] = "00:00:00.200",
            ["Runner:Region"] = "cn-east",
            ["Runner:Labels:disk"] = "ssd",
        }, log, addNodes);
        foreach ((string name, string? value) in settings ?? [])
        {
            host.Settings[name] = value;
        }

        try
        {
            if (withRunner)
            {
                await host.StartRunnerAsync(deadline.Token);
                await host.WaitForCatalogueAsync(deadline.Token);
            }
        }
        catch
        {
            // A Runner that does not start leaves no Workflow behind.
            await host.DisposeAsync();
            throw;
        }

        return host;
    }

    /// <summary>Gets the services of the Runner that was started last.</summary>
    public IServiceProvider Runner => _runners[^1].Services;

    public async Task StartRunnerAsync(CancellationToken cancellationToken)
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder();
        builder.Configuration.AddInMemoryCollection(Settings);
        builder.Logging.ClearProviders();
        if (_log is not null)
        {
            builder.Logging.AddProvider(_log);
        }

        builder.AddServiceDefaults();
        builder.UseEasyQuantKestrel();
        builder.AddRunner();
        if (_addNodes is not null)
        {
            NodeCatalog catalog = AllNodePacks.CreateCatalog();
            _addNodes(catalog);
            builder.Services.AddSingleton(catalog);
        }

        WebApplication runner = builder.Build();
        runner.MapServiceDefaults();
        try
        {
            await runner.StartAsync(cancellationToken);
        }
        catch
        {
            await runner.DisposeAsync();
            throw;
        }

        _runners.Add(runner);
    }

    public async Task StopRunnerAsync()
    {
        WebApplication[] running = [.. _runners];
        _runners.Clear();
        foreach (WebApplication runner in running)
        {
            await runner.StopAsync();
            await runner.DisposeAsync();
        }
    }

    public async Task WaitForCatalogueAsync(CancellationToken cancellationToken)
    {
        while ((await Workflow.Nodes.ListNodeDefinitionsAsync(new ListNodeDefinitionsRequest(), cancellationToken: cancellationToken)).Nodes.Count == 0)
        {
            await Task.Delay(50, cancellationToken);
        }
    }

    /// <summary>Stores a workflow given by the members after schema and name.</summary>
    public async Task CreateAsync(string name, string body) => await Workflow.Workflows.CreateWorkflowAsync(new CreateWorkflowRequest
    {
        Definition = JsonParser.Default.Parse<WorkflowDefinition>($$"""{"schema":"easyquant/workflow/1","name":"{{name}}",{{body}}}"""),
    });

    public async Task<Run> StartAsync(string workflow, string inputs = "{}") =>
        (await Workflow.Runs.CreateRunsAsync(new CreateRunsRequest
        {
            Runs = { new RunSpec { WorkflowName = workflow, Inputs = JsonParser.Default.Parse<Struct>(inputs), RequestId = Guid.NewGuid().ToString() } },
        })).Runs[0];

    public Task<Run> WaitAsync(string runId) => WaitAsync(
        runId, run => run.State is RunState.Succeeded or RunState.Failed or RunState.Cancelled or RunState.Paused);

    public async Task<Run> WaitAsync(string runId, Func<Run, bool> isReached)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        while (true)
        {
            Run run = (await Workflow.Runs.GetRunAsync(new GetRunRequest { RunId = runId })).Run;
            if (isReached(run))
            {
                return run;
            }

            if (deadline.IsCancellationRequested)
            {
                throw new TimeoutException($"Run {runId} is still {run.State} after 60 s, {run.FinishedStepCount}/{run.StepCount} steps, epoch {run.Epoch}, {run.Error}.");
            }

            await Task.Delay(20);
        }
    }

    public async Task<IReadOnlyList<Step>> StepsAsync(string runId) =>
        (await Workflow.Runs.ListStepsAsync(new ListStepsRequest { RunId = runId })).Steps;

    /// <summary>Tells whether the broker has a queue.</summary>
    public async Task<bool> HasQueueAsync(string name, CancellationToken cancellationToken)
    {
        var factory = new ConnectionFactory { Uri = new Uri(Settings["ConnectionStrings:messaging"]!) };
        await using IConnection connection = await factory.CreateConnectionAsync(cancellationToken);
        await using IChannel channel = await connection.CreateChannelAsync(null, cancellationToken);
        try
        {
            await channel.QueueDeclarePassiveAsync(name, cancellationToken);
            return true;
        }
        catch (OperationInterruptedException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopRunnerAsync();
        await Workflow.DisposeAsync();
    }
}
