using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace EasyQuant.LocalServers;

/// <summary>
/// The machine's RabbitMQ as a private node: 127.0.0.1 only, an own epmd beside it (never the shared port 4369), own cookie, no file outside the
/// data directory. Thread-safe.
/// </summary>
public sealed class RabbitMqServer : ILocalServer
{
    private static readonly byte[] s_protocolHeader = "AMQP\0\0\u0009\u0001"u8.ToArray();

    // Run by each virtual machine the node starts. The node is the one that boots anything but no_dot_erlang: it loads the modules of rabbit and
    // of what it depends on in one go. Its boot asks each of them for its attributes, and loading them one by one takes a third of the start.
    // Applications of which a broker without plugins uses little or nothing are declared without modules, so that the boot asks them nothing;
    // what it does use of them is loaded when it is called. None of them knows the attributes that the boot looks for.
    private const string LoadAtOnce = """
        case init:get_argument(boot) of {ok,[["no_dot_erlang"]|_]}->ok;
        _->Next=fun Next(App,Seen)->case lists:keymember(App,2,Seen) of true->Seen;
        _->{ok,[{_,_,Keys}=Spec]}=file:consult(code:where_is_file(atom_to_list(App)++".app")),
        lists:foldl(Next,[Spec|Seen],proplists:get_value(applications,Keys,[])) end end,
        catch begin Specs=Next(rabbit,[]),
        Rare=[amqp10_common,asn1,enough,inets,jsx,observer_cli,os_mon,osiris,public_key,recon,ssl,stdout_formatter,syntax_tools,tools,xmerl],
        code:ensure_modules_loaded([Module||{_,App,Keys}<-Specs,not lists:member(App,Rare),Module<-proplists:get_value(modules,Keys,[])]),
        [application:load({application,App,lists:keystore(modules,1,Keys,{modules,[]})})||{_,App,Keys}<-Specs,lists:member(App,Rare)] end end.
        """;

    private readonly RabbitMqOptions _options;
    private readonly UnixUser? _user;
    private volatile string _deadLetterSupervisor = "";

    /// <summary>Creates a node that is not yet started.</summary>
    /// <param name="options">Its settings.</param>
    /// <exception cref="InvalidOperationException">This process is root and there is no account to run the node as.</exception>
    public RabbitMqServer(RabbitMqOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _user = UnixUser.ToRunAs("rabbitmq", "nobody");
    }

    /// <inheritdoc/>
    public string Name => "rabbitmq";

    /// <inheritdoc/>
    public int Port => _options.Port;

    /// <summary>Address of the node: <c>amqp://user:password@127.0.0.1:port</c>.</summary>
    public string Uri => string.Create(
        CultureInfo.InvariantCulture,
        $"amqp://{System.Uri.EscapeDataString(_options.UserName)}:{System.Uri.EscapeDataString(_options.Password)}@127.0.0.1:{_options.Port}");

    /// <inheritdoc/>
    public Task PrepareAsync(Action<string, bool> onLine, CancellationToken cancellationToken)
    {
        _ = _options.Programs.RabbitMqServer();
        _ = _options.Programs.Epmd();
        PrivateDirectory.Create(_options.DataDirectory, _user);
        foreach (string name in new[] { "home", "mnesia", "log", "generated", "expand" })
        {
            PrivateDirectory.Create(PathOf(name), _user);
        }

        string cookie = PathOf("home/.erlang.cookie");
        if (!File.Exists(cookie))
        {
            PrivateDirectory.WriteFile(cookie, RandomNumberGenerator.GetHexString(40), _user);
            File.SetUnixFileMode(cookie, UnixFileMode.UserRead);
        }

        PrivateDirectory.WriteFile(PathOf("rabbitmq-env.conf"), "", _user);
        PrivateDirectory.WriteFile(PathOf("advanced.config"), "[].\n", _user);
        PrivateDirectory.WriteFile(PathOf("enabled_plugins"), _options.ManagementPort is null ? "[].\n" : "[rabbitmq_management].\n", _user);
        PrivateDirectory.WriteFile(PathOf("rabbitmq.conf"), Configuration(), _user);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public (ProcessSpec Process, int Port)? Companion() =>
        (new ProcessSpec
        {
            FileName = _options.Programs.Epmd(),
            Arguments = ["-port", Number(_options.EpmdPort), "-address", "127.0.0.1"],
            WorkingDirectory = _options.DataDirectory,
            User = _user,
            StopTimeout = TimeSpan.FromSeconds(2),
        }, _options.EpmdPort);

    /// <inheritdoc/>
    public ProcessSpec Process() => new()
    {
        FileName = _options.Programs.RabbitMqServer(),
        Environment = new Dictionary<string, string?>
        {
            ["HOME"] = PathOf("home"),
            ["ERL_EPMD_PORT"] = Number(_options.EpmdPort),
            ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
            ["RABBITMQ_NODENAME"] = "rabbit@localhost",
            ["RABBITMQ_NODE_IP_ADDRESS"] = "127.0.0.1",
            ["RABBITMQ_NODE_PORT"] = Number(_options.Port),
            ["RABBITMQ_DIST_PORT"] = Number(_options.DistributionPort),
            ["RABBITMQ_MNESIA_BASE"] = PathOf("mnesia"),
            ["RABBITMQ_LOG_BASE"] = PathOf("log"),
            ["RABBITMQ_LOGS"] = "-",
            ["RABBITMQ_CONF_ENV_FILE"] = PathOf("rabbitmq-env.conf"),
            ["RABBITMQ_CONFIG_FILE"] = PathOf("rabbitmq.conf"),
            ["RABBITMQ_ADVANCED_CONFIG_FILE"] = PathOf("advanced.config"),
            ["RABBITMQ_ENABLED_PLUGINS_FILE"] = PathOf("enabled_plugins"),
            ["RABBITMQ_GENERATED_CONFIG_DIR"] = PathOf("generated"),
            ["RABBITMQ_PLUGINS_EXPAND_DIR"] = PathOf("expand"),
            ["RABBITMQ_PID_FILE"] = PathOf("pid"),
            // The script then becomes the node instead of waiting for it: one process to signal and to watch.
            ["RABBITMQ_ALLOW_INPUT"] = "1",
            // Named from its first moment, on the port mapper that runs already; a node that names itself later starts another virtual machine only to
            // see that there is a port mapper.
            ["RABBITMQ_SERVER_START_ARGS"] = "-noinput -start_epmd false -sname rabbit@localhost -kernel inet_dist_use_interface {127,0,0,1}"
                + $" -kernel inet_dist_listen_min {Number(_options.DistributionPort)} -kernel inet_dist_listen_max {Number(_options.DistributionPort)}",
            // Idle schedulers that spin take the machine's cores from everybody else.
            ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "+sbwt none +sbwtdcpu none +sbwtdio none",
            ["ERL_AFLAGS"] = $"-eval '{LoadAtOnce.ReplaceLineEndings(" ")}'",
            ["ERL_CRASH_DUMP"] = "/dev/null",
            ["NOTIFY_SOCKET"] = null,
        },
        WorkingDirectory = _options.DataDirectory,
        User = _user,
        StopTimeout = TimeSpan.FromSeconds(30),
    };

    /// <inheritdoc/>
    public async Task<string?> ProbeAsync(CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(TimeSpan.FromSeconds(5));
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, _options.Port, timeout.Token);
            await using NetworkStream stream = client.GetStream();
            await stream.WriteAsync(s_protocolHeader, timeout.Token);
            byte[] frame = new byte[11];
            await stream.ReadExactlyAsync(frame, timeout.Token);
            // A method frame (1) on channel 0 with connection.start (class 10, method 10): the node takes connections.
            return frame is [1, 0, 0, _, _, _, _, 0, 10, 0, 10] ? null : "The node did not answer with connection.start.";
        }
        catch (Exception exception) when (exception is SocketException or IOException)
        {
            return exception.Message;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return "The node did not answer within 5 s.";
        }
    }

    /// <inheritdoc/>
    /// <remarks>
    /// The process that files the log of quorum queues ends in RabbitMQ 3.10 when a queue is deleted while it still works for it, and takes queues with it that are not
    /// started again (rabbitmq-server issue 4512, ra pull request 484). Its supervisor of the processes that hand on dead letters gives up when two of them end at once, and without it
    /// no queue with confirmed dead letters gets a leader (issue 16652). What the queues hold is on disk.
    /// </remarks>
    public bool IsBroken(string line)
    {
        ArgumentNullException.ThrowIfNull(line);
        if (line.Contains("supervisor: {local,rabbit_fifo_dlx_sup}", StringComparison.Ordinal))
        {
            // Its reports have several lines, and others write in between.
            _deadLetterSupervisor = ProcessOf(line);
        }

        return line.Contains("** Generic server ra_log_segment_writer terminating", StringComparison.Ordinal)
            || (line.Contains("reason: reached_max_restart_intensity", StringComparison.Ordinal) && ProcessOf(line) is { Length: > 0 } process && process == _deadLetterSupervisor);
    }

    // The process of the broker that a line of its log is about: <0.1031.0>.
    private static string ProcessOf(string line) =>
        line.IndexOf('<') is >= 0 and int from && line.IndexOf('>', from) is >= 0 and int to ? line[from..(to + 1)] : "";

    private string Configuration()
    {
        string configuration = $"""
            listeners.tcp.1 = 127.0.0.1:{Number(_options.Port)}
            default_user = {_options.UserName}
            default_pass = {_options.Password}
            default_user_tags.administrator = true
            log.console = true
            log.console.level = info
            log.file = false
            disk_free_limit.absolute = 100MB
            raft.wal_max_size_bytes = 67108864
            heartbeat = {Number(_options.HeartbeatSeconds)}
            vm_memory_high_watermark.relative = 0.3

            """;
        return _options.ManagementPort is { } port
            ? configuration + $"management.tcp.ip = 127.0.0.1\nmanagement.tcp.port = {Number(port)}\n"
            : configuration;
    }

    private string PathOf(string name) => Path.Combine(_options.DataDirectory, name);

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
