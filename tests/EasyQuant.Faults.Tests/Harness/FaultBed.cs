using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using EasyQuant.Contracts.Group.V1;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.Contracts.Workflow.V1;
using EasyQuant.EndToEnd;
using EasyQuant.LocalServers;
using EasyQuant.Testing;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Npgsql;
using Definitions = EasyQuant.Contracts.Workflow.V1.WorkflowService;

namespace EasyQuant.Faults.Harness;

/// <summary>
/// Private servers, a Workflow service and two Runners as processes, with a proxy on every connection between them. Faults are done to it by process id and by
/// proxy; tests look at the database directly.
/// </summary>
public sealed partial class FaultBed : IAsyncLifetime
{
    private const int TailLines = 400;
    private const int CommandSeconds = 3;
    private const string IdleLimit = "-c idle_in_transaction_session_timeout=4000";
    private const int ShortLeaseSeconds = 4;
    private const int UsualLeaseSeconds = 20;
    private static readonly TimeSpan s_startDeadline = TimeSpan.FromMinutes(4);
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly ConcurrentDictionary<string, string> _workflowVariables = new();
    private readonly ConcurrentDictionary<string, string> _runnerVariables = new();
    private readonly ConcurrentDictionary<string, string> _workerIds = new();
    private readonly List<string> _leaks = [];
    private TestServers _servers = null!;
    private GrpcChannel _channel = null!;
    private NpgsqlDataSource _database = null!;
    private string _directory = "";
    private string _connection = "";
    private string _broker = "";
    private int _workflowPort;
    private int _leaseSeconds = ShortLeaseSeconds;
    private bool _areLeasesUsual;
    private bool _isInUse;

    /// <summary>Seed of everything that is left to chance; printed by every failure. <c>EQ_FAULT_SEED</c> repeats one.</summary>
    public int Seed { get; } = int.TryParse(Environment.GetEnvironmentVariable("EQ_FAULT_SEED"), NumberStyles.None, CultureInfo.InvariantCulture, out int seed)
        ? seed : RandomNumberGenerator.GetInt32(1, int.MaxValue);

    /// <summary>Length of the leases of a class of tests that does not want usual ones.</summary>
    public static TimeSpan ShortLease { get; } = TimeSpan.FromSeconds(ShortLeaseSeconds);

    /// <summary>Credential and password that must never stand in a log.</summary>
    public static IReadOnlyList<string> Secrets { get; } = [RandomNumberGenerator.GetHexString(48, lowercase: true), RandomNumberGenerator.GetHexString(32, lowercase: true)];

    internal Random Random { get; private set; } = null!;

    internal ServerPair Servers => _servers.Own;

    /// <summary>Between Workflow and PostgreSQL.</summary>
    internal TcpProxy WorkflowDatabase { get; private set; } = null!;

    /// <summary>Between the Runners and PostgreSQL.</summary>
    internal TcpProxy RunnerDatabase { get; private set; } = null!;

    /// <summary>Between everybody and RabbitMQ.</summary>
    internal TcpProxy Broker { get; private set; } = null!;

    /// <summary>Between the Runners and Workflow.</summary>
    internal TcpProxy Grpc { get; private set; } = null!;

    internal ServiceProcess Workflow { get; private set; } = null!;

    internal ServiceProcess FirstRunner { get; private set; } = null!;

    internal ServiceProcess SecondRunner { get; private set; } = null!;

    internal IReadOnlyList<ServiceProcess> Runners => [FirstRunner, SecondRunner];

    internal IReadOnlyList<ServiceProcess> Services => [Workflow, FirstRunner, SecondRunner];

    internal RunService.RunServiceClient Runs { get; private set; } = null!;

    internal ItemService.ItemServiceClient Items { get; private set; } = null!;

    internal GroupService.GroupServiceClient Groups { get; private set; } = null!;

    internal Definitions.WorkflowServiceClient Workflows { get; private set; } = null!;

    internal NodeService.NodeServiceClient Nodes { get; private set; } = null!;

    /// <summary>Address of the broker without the proxy, with its virtual host.</summary>
    internal string BrokerUri => _broker;

    /// <summary>Connection string of the superuser without the proxy.</summary>
    internal string DatabaseConnection => _connection;

    /// <summary>Folder of the files of the project.</summary>
    internal string Files => Path.Combine(_directory, "files", "default");

    public async Task InitializeAsync()
    {
        Random = new Random(Seed);
        using var deadline = new CancellationTokenSource(s_startDeadline);
        _servers = await TestServers.StartOwnAsync(durable: true, deadline.Token, isForFaults: true);
        _directory = Directory.CreateDirectory(Path.Combine(ServerPair.FastFolder(), $"eq-faults-{Guid.NewGuid():N}")).FullName;
        Failpoints = new FailpointFiles(_directory, () => Story(20));
        Directory.CreateDirectory(Files);
        _connection = await _servers.CreateDatabaseAsync(deadline.Token);
        _broker = _servers.RabbitMqUri;
        _database = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(_connection) { Timeout = 10, MaxPoolSize = 10, ApplicationName = "easyquant-faults" }.ConnectionString);
        StartProxies();
        CreateServices();
        CreateClients();
        LoadFiles.Write(Files);
        foreach (ServiceProcess service in Services)
        {
            await service.StartAsync();
        }

        await WaitReadyAsync(deadline.Token);
        await LoadDefinitions.StoreAsync(this, deadline.Token);
    }

    /// <summary>Before a test: what an earlier one left broken is replaced whole, so that one failure stays one; leases are short, unless the class wants usual ones.</summary>
    internal async Task BeginAsync()
    {
        if (_isInUse)
        {
            Note("the bed is replaced");
            await DisposeAsync();
            _workflowVariables.Clear();
            _runnerVariables.Clear();
            await InitializeAsync();
        }

        _isInUse = true;
        using var deadline = new CancellationTokenSource(s_startDeadline);
        await HealAsync(deadline.Token);
        await Failpoints.DisarmAsync();
        await UseLeasesAsync(_areLeasesUsual ? UsualLeaseSeconds : ShortLeaseSeconds, deadline.Token);
    }

    /// <summary>Failpoints of the services.</summary>
    internal FailpointFiles Failpoints { get; private set; } = null!;

    /// <summary>After the last thing that a test does: the bed may be used again.</summary>
    internal void EndWell() => _isInUse = false;

    public async Task DisposeAsync()
    {
        foreach (int frozen in new[] { Servers.RabbitMq.ProcessId, Servers.Postgres.ProcessId }.OfType<int>())
        {
            Signals.Continue(frozen);
        }

        foreach (ServiceProcess service in Services)
        {
            await service.KillAsync();
        }

        _channel.Dispose();
        await _database.DisposeAsync();
        foreach (TcpProxy proxy in Proxies)
        {
            await proxy.DisposeAsync();
        }

        await _servers.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private TcpProxy[] Proxies => [WorkflowDatabase, RunnerDatabase, Broker, Grpc];

    /// <summary>Lets everything through again and starts what does not run; waits until work is taken.</summary>
    internal async Task HealAsync(CancellationToken cancellationToken)
    {
        foreach (TcpProxy proxy in Proxies)
        {
            proxy.Rules = new ProxyRules();
        }

        foreach (int frozen in Services.Where(service => service.IsRunning).Select(service => service.Id).Concat(new[] { Servers.RabbitMq.ProcessId, Servers.Postgres.ProcessId }.OfType<int>()))
        {
            Signals.Continue(frozen);
        }

        await Task.WhenAll(Servers.Postgres.StartAsync(cancellationToken), Servers.RabbitMq.StartAsync(cancellationToken));
        foreach (ServiceProcess service in Services.Where(service => !service.IsRunning))
        {
            Failpoints.Forget(service);
            await service.StartAsync();
        }

        await WaitReadyAsync(cancellationToken);
    }

    /// <summary>Between tests: leases of the usual length from now on, or short ones again.</summary>
    internal async Task UseUsualLeasesAsync(bool areUsual)
    {
        _areLeasesUsual = areUsual;
        await BeginAsync();
        await WarmAsync();
        EndWell();
    }

    /// <summary>Lets a load pass, so that the next test meets services that work.</summary>
    internal async Task WarmAsync()
    {
        using var deadline = new CancellationTokenSource(s_startDeadline);
        await WaitReadyAsync(deadline.Token);
        Load load = await Load.StartAsync(this, LoadSize.Tiny, deadline.Token);
        await load.EndAsync(deadline.Token);
    }

    private async Task UseLeasesAsync(int seconds, CancellationToken cancellationToken)
    {
        if (_leaseSeconds != seconds)
        {
            _leaseSeconds = seconds;
            await RestartWorkflowAsync();
            await WaitReadyAsync(cancellationToken);
        }
    }

    /// <summary>Starts Workflow anew with variables beside its own; empty for none.</summary>
    internal Task RestartWorkflowAsync(params (string Name, string Value)[] variables)
    {
        Set(_workflowVariables, variables);
        return Workflow.RestartAsync();
    }

    /// <summary>Starts both Runners anew with variables beside their own; empty for none.</summary>
    internal async Task RestartRunnersAsync(params (string Name, string Value)[] variables)
    {
        Set(_runnerVariables, variables);
        await Task.WhenAll(Runners.Select(runner => runner.RestartAsync()));
        _runnerVariables.Clear();
    }

    /// <summary>The node types, as a Runner speaks of them.</summary>
    internal NodeService.NodeServiceClient RunnerNodes { get; private set; } = null!;

    /// <summary>Creates an empty database and returns its connection string.</summary>
    internal Task<string> CreateDatabaseAsync(CancellationToken cancellationToken) => _servers.CreateDatabaseAsync(cancellationToken);

    /// <summary>Describes another Workflow on another database; it is not started.</summary>
    internal ServiceProcess OtherWorkflow(string connection, string failpoint) => new(
        "workflow-other",
        "WorkflowService",
        () => new Dictionary<string, string?>(Variables("workflow-other", RunnerDatabase, new ConcurrentDictionary<string, string>())) { ["ConnectionStrings__easyquant"] = connection, ["EQ_FAIL"] = failpoint },
        _directory,
        OnLine);

    /// <summary>Connection string of Workflow with a pool of that size.</summary>
    internal string WorkflowConnection(int poolSize) =>
        new NpgsqlConnectionStringBuilder(ConnectionThrough(WorkflowDatabase)) { MaxPoolSize = poolSize }.ConnectionString;

    private string ConnectionThrough(TcpProxy proxy) =>
        new NpgsqlConnectionStringBuilder(_connection) { Port = proxy.Port, Timeout = CommandSeconds, CommandTimeout = CommandSeconds, CancellationTimeout = 1000, Options = IdleLimit }.ConnectionString;

    /// <summary>Lines that services wrote and that hold a secret.</summary>
    internal IReadOnlyList<string> Leaks
    {
        get
        {
            lock (_leaks)
            {
                return [.. _leaks];
            }
        }
    }

    /// <summary>Appends a line to the file that <c>EQ_FAULT_LOG</c> names, if any.</summary>
    internal void Note(string text)
    {
        if (Environment.GetEnvironmentVariable("EQ_FAULT_LOG") is { Length: > 0 } path)
        {
            lock (_leaks)
            {
                File.AppendAllText(path, string.Create(CultureInfo.InvariantCulture, $"{DateTime.UtcNow:HH:mm:ss.fff} seed {Seed}: {text}\n"));
            }
        }
    }

    /// <summary>Whether a service wrote a line that holds a text, among the last ones.</summary>
    internal bool HasHeard(string text) => _lines.Any(line => line.Contains(text, StringComparison.Ordinal));

    /// <summary>Seed and the last lines of the services, for the text of a failure.</summary>
    internal string Story(int lines = 60) => string.Create(CultureInfo.InvariantCulture, $"EQ_FAULT_SEED={Seed}\n{string.Join('\n', _lines.TakeLast(lines))}");

    private static void Set(ConcurrentDictionary<string, string> variables, (string Name, string Value)[] wanted)
    {
        variables.Clear();
        foreach ((string name, string value) in wanted)
        {
            variables[name] = value;
        }
    }

    private void StartProxies()
    {
        int database = new NpgsqlConnectionStringBuilder(_connection).Port;
        _workflowPort = FreePorts.Next();
        WorkflowDatabase = TcpProxy.Start(database, Seed);
        RunnerDatabase = TcpProxy.Start(database, Seed + 1);
        Broker = TcpProxy.Start(new Uri(_broker).Port, Seed + 2);
        Grpc = TcpProxy.Start(_workflowPort, Seed + 3);
    }

    private void CreateServices()
    {
        Workflow = new ServiceProcess("workflow", "WorkflowService", () => Variables("workflow", WorkflowDatabase, _workflowVariables), _directory, OnLine);
        FirstRunner = Runner("runner-1");
        SecondRunner = Runner("runner-2");
    }

    private ServiceProcess Runner(string name) => new(
        name,
        "RunnerService",
        () => new Dictionary<string, string?>(Variables(name, RunnerDatabase, _runnerVariables)) { ["Runner__Id"] = _workerIds[name] = Guid.CreateVersion7().ToString() },
        _directory,
        OnLine);

    /// <summary>Id of the worker that a Runner is since its last start.</summary>
    internal string WorkerIdOf(ServiceProcess runner) => _workerIds[runner.Name];

    private Dictionary<string, string?> Variables(string name, TcpProxy database, ConcurrentDictionary<string, string> more)
    {
        var variables = new Dictionary<string, string?>
        {
            ["ConnectionStrings__easyquant"] = ConnectionThrough(database),
            ["ConnectionStrings__messaging"] = new UriBuilder(_broker) { Port = Broker.Port }.Uri.AbsoluteUri,
            ["HTTP_PORT"] = HttpPortOf(name).ToString(CultureInfo.InvariantCulture),
            ["EQ_FAIL"] = "@" + Failpoints.PathOf(name),
            ["EASYQUANT_DATA_ROOT"] = _directory,
            ["EASYQUANT_DATA_PASSWORD"] = Secrets[1],
            ["EASYQUANT_INTERNAL_CREDENTIAL"] = Secrets[0],
            ["Services__workflow__grpc__0"] = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Grpc.Port}"),
            ["Services__monitor__grpc__0"] = "http://127.0.0.1:9",
            ["Logging__LogLevel__Default"] = "Warning",
            // There is no Monitor here, and Runners work without.
            ["Logging__LogLevel__EasyQuant.RunnerService.Grpc.Monitoring"] = "None",
            ["Workflow__SweepInterval"] = "00:00:00.300",
            ["Workflow__LeaseDuration"] = string.Create(CultureInfo.InvariantCulture, $"00:00:{_leaseSeconds:00}"),
            ["Workflow__HintAge"] = "00:00:01",
            ["Workflow__QueueGrace"] = "00:00:02",
            // A load lives through more faults than any run does in its life.
            ["Workflow__CrashCountMax"] = "1000",
            ["Runner__PollInterval"] = "00:00:00.300",
            ["Runner__DrainTimeout"] = "00:00:01",
            ["Runner__MaxConcurrentRuns"] = "8",
            ["GrpcClients__UnaryDeadline"] = "00:00:04",
            ["GrpcClients__PingDelay"] = "00:00:01",
            ["GrpcClients__PingTimeout"] = "00:00:02",
            ["Broker__CommandTimeout"] = "00:00:03",
            ["Broker__ConfirmTimeout"] = "00:00:03",
            ["Broker__WatchdogInterval"] = "00:00:01",
            ["Broker__ReconnectDelayMax"] = "00:00:00.500",
            ["DOTNET_gcServer"] = "0",
            // A process lives for seconds here: code that is counted, compiled a second time (after 8,000 ms, in hexadecimal) or mapped
            // twice, and objects collected before there are 64 MiB of them, cost more than they bring.
            ["DOTNET_GCgen0size"] = "4000000",
            ["DOTNET_gcConcurrent"] = "0",
            ["DOTNET_TieredPGO"] = "0",
            ["DOTNET_TC_CallCountingDelayMs"] = "1F40",
            ["DOTNET_EnableWriteXorExecute"] = "0",
            // Six programs share the processors: who waits for work must not keep one busy.
            ["DOTNET_ThreadPool_UnfairSemaphoreSpinLimit"] = "0",
        };
        if (database == WorkflowDatabase)
        {
            variables["GRPC_PORT"] = _workflowPort.ToString(CultureInfo.InvariantCulture);
        }

        foreach ((string variable, string value) in more)
        {
            variables[variable] = value;
        }

        return variables;
    }

    private void CreateClients()
    {
        _channel = GrpcChannel.ForAddress(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_workflowPort}"));
        CallInvoker invoker = As("key:faults");
        RunnerNodes = new NodeService.NodeServiceClient(As("service:runner"));
        Runs = new RunService.RunServiceClient(invoker);
        Items = new ItemService.ItemServiceClient(invoker);
        Groups = new GroupService.GroupServiceClient(invoker);
        Workflows = new Definitions.WorkflowServiceClient(invoker);
        Nodes = new NodeService.NodeServiceClient(invoker);
    }

    private CallInvoker As(string actor) => _channel.Intercept(headers =>
    {
        headers.Add("x-easyquant-project", "default");
        headers.Add("x-easyquant-actor", actor);
        headers.Add("x-easyquant-internal", Secrets[0]);
        return headers;
    });

    /// <summary>Waits until Workflow answers and knows the node types.</summary>
    internal Task WaitReadyAsync(CancellationToken cancellationToken) => Poll.UntilAsync(
        "Workflow with node types",
        async () =>
        {
            try
            {
                int count = (await Nodes.ListNodeDefinitionsAsync(new ListNodeDefinitionsRequest(), deadline: DateTime.UtcNow.AddSeconds(5), cancellationToken: cancellationToken)).Nodes.Count;
                return (count > 0, $"{count} node types");
            }
            catch (RpcException exception) when (!cancellationToken.IsCancellationRequested)
            {
                return (false, $"{exception.Status}\n{Story(30)}");
            }
        },
        cancellationToken);

    private void OnLine(string line)
    {
        if (!line.Contains(":          at ", StringComparison.Ordinal) && !line.Contains("--- End of", StringComparison.Ordinal))
        {
            _lines.Enqueue(line);
            Note(line);
        }

        Failpoints.Hear(line);
        while (_lines.Count > TailLines && _lines.TryDequeue(out _))
        {
        }

        if (Secrets.Any(secret => line.Contains(secret, StringComparison.Ordinal)))
        {
            lock (_leaks)
            {
                _leaks.Add(line);
            }
        }
    }
}
