using EasyQuant.Contracts.Group.V1;
using EasyQuant.Contracts.Job.V1;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.Contracts.Secret.V1;
using EasyQuant.Contracts.Workflow.V1;
using EasyQuant.ServiceDefaults;
using EasyQuant.ServiceDefaults.Grpc;
using EasyQuant.ServiceDefaults.Security;
using EasyQuant.Testing;
using EasyQuant.WorkflowService;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Npgsql;
using Wire = EasyQuant.Contracts.Workflow.V1;

namespace EasyQuant.Services.Tests.Workflow;

/// <summary>A Workflow service in this process on real servers, with clients of two projects and of a Runner.</summary>
public sealed class WorkflowHost : IAsyncDisposable
{
    private const string Credential = "0123456789abcdef0123456789abcdef";

    private readonly WebApplication _app;
    private readonly GrpcChannel _channel;

    private WorkflowHost(WebApplication app, string connectionString, string dataRoot)
    {
        _app = app;
        DataRoot = dataRoot;
        ConnectionString = connectionString;
        DataSource = NpgsqlDataSource.Create(connectionString);
        _channel = GrpcChannel.ForAddress(app.Urls.First());
        CallInvoker mine = Invoker("default", "key:mine");
        CallInvoker other = Invoker("other", "key:other");
        CallInvoker runner = Invoker("default", "service:runner");
        Runs = new RunService.RunServiceClient(mine);
        OtherRuns = new RunService.RunServiceClient(other);
        Items = new ItemService.ItemServiceClient(mine);
        OtherItems = new ItemService.ItemServiceClient(other);
        Workflows = new Wire.WorkflowService.WorkflowServiceClient(mine);
        OtherWorkflows = new Wire.WorkflowService.WorkflowServiceClient(other);
        Jobs = new JobService.JobServiceClient(mine);
        OtherJobs = new JobService.JobServiceClient(other);
        Secrets = new SecretService.SecretServiceClient(mine);
        OtherSecrets = new SecretService.SecretServiceClient(other);
        RunnerSecrets = new SecretService.SecretServiceClient(runner);
        Groups = new GroupService.GroupServiceClient(mine);
        OtherGroups = new GroupService.GroupServiceClient(other);
        RunnerGroups = new GroupService.GroupServiceClient(runner);
        Dispatch = new DispatchService.DispatchServiceClient(runner);
        OutsideDispatch = new DispatchService.DispatchServiceClient(mine);
        Nodes = new NodeService.NodeServiceClient(runner);
    }

    public string DataRoot { get; }

    public string Address => _app.Urls.First();

    public string ConnectionString { get; }

    public NpgsqlDataSource DataSource { get; }

    public RunService.RunServiceClient Runs { get; }

    public RunService.RunServiceClient OtherRuns { get; }

    public ItemService.ItemServiceClient Items { get; }

    public ItemService.ItemServiceClient OtherItems { get; }

    public Wire.WorkflowService.WorkflowServiceClient Workflows { get; }

    public Wire.WorkflowService.WorkflowServiceClient OtherWorkflows { get; }

    public JobService.JobServiceClient Jobs { get; }

    public JobService.JobServiceClient OtherJobs { get; }

    public SecretService.SecretServiceClient Secrets { get; }

    public SecretService.SecretServiceClient OtherSecrets { get; }

    public SecretService.SecretServiceClient RunnerSecrets { get; }

    public GroupService.GroupServiceClient Groups { get; }

    public GroupService.GroupServiceClient OtherGroups { get; }

    public GroupService.GroupServiceClient RunnerGroups { get; }

    public DispatchService.DispatchServiceClient Dispatch { get; }

    public DispatchService.DispatchServiceClient OutsideDispatch { get; }

    public NodeService.NodeServiceClient Nodes { get; }

    public static async Task<WorkflowHost> StartAsync(TestServers servers, Dictionary<string, string?>? settings = null)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        string connectionString = await servers.CreateDatabaseAsync(deadline.Token);
        string broker = await servers.CreateVirtualHostAsync(deadline.Token);
        return await StartAsync(connectionString, broker, settings, deadline.Token);
    }

    public static async Task<WorkflowHost> StartAsync(
        string connectionString, string broker, Dictionary<string, string?>? settings, CancellationToken cancellationToken)
    {
        string dataRoot = Directory.CreateTempSubdirectory("eq-workflow-").FullName;
        WebApplicationBuilder builder = WebApplication.CreateBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ConnectionStrings:easyquant"] = connectionString,
            ["ConnectionStrings:messaging"] = broker,
            ["EASYQUANT_DATA_ROOT"] = dataRoot,
            ["EASYQUANT_KEYS_DIRECTORY"] = Path.Combine(dataRoot, "keys"),
            ["EASYQUANT_DASHBOARD_URL"] = "http://dashboard.test/",
            [InternalCredential.Setting] = Credential,
            ["Workflow:LeaseDuration"] = "00:00:30",
            ["Workflow:SweepInterval"] = "00:00:00.100",
            ["Workflow:QueueGrace"] = "00:00:00.500",
        });
        builder.Configuration.AddInMemoryCollection(settings ?? []);
        builder.Logging.ClearProviders();
        builder.AddServiceDefaults();
        builder.UseEasyQuantKestrel();
        builder.AddWorkflow();
        WebApplication app = builder.Build();
        app.MapServiceDefaults();
        app.MapWorkflow();
        await app.StartAsync(cancellationToken);
        return new WorkflowHost(app, connectionString, dataRoot);
    }

    /// <summary>Lets the lease of a run expire now instead of in half a minute.</summary>
    public async Task ExpireLeaseAsync(string runId)
    {
        await using NpgsqlCommand command = DataSource.CreateCommand("update workflow.runs set lease_until = clock_timestamp() - interval '1 s' where run_id = $1");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = Guid.Parse(runId) });
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Reads until when the lease of a run lasts.</summary>
    public async Task<DateTime> LeaseUntilAsync(string runId)
    {
        await using NpgsqlCommand command = DataSource.CreateCommand("select lease_until from workflow.runs where run_id = $1");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = Guid.Parse(runId) });
        return (DateTime)(await command.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        await _app.DisposeAsync();
        await DataSource.DisposeAsync();
        Directory.Delete(DataRoot, recursive: true);
    }

    private CallInvoker Invoker(string project, string actor) => _channel.Intercept(metadata =>
    {
        metadata.Add(CallHeaders.Project, project);
        metadata.Add(CallHeaders.Actor, actor);
        metadata.Add(CallHeaders.InternalCredential, Credential);
        return metadata;
    });
}
