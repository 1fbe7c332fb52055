using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using EasyQuant.LocalServers;
using Grpc.Core;

namespace EasyQuant.Bench.Runs;

/// <summary>PostgreSQL with fsync, RabbitMQ, one Workflow service and two Runners, each a process, in a directory of its own.</summary>
internal sealed class RunsPlatform : IAsyncDisposable
{
    private const int RunnerCount = 2;
    private static readonly string[] s_services = ["EasyQuant.WorkflowService", "EasyQuant.RunnerService"];

    private readonly string _directory = Directory.CreateTempSubdirectory("eq-runs-").FullName;
    // Apart from the servers' files: a host watches its folder for settings that change.
    private readonly string _servicesDirectory;
    private readonly string _credential = RandomNumberGenerator.GetHexString(32, lowercase: true);
    private readonly List<Process> _services = [];
    private readonly RabbitMqServer _rabbitMq;
    private readonly ServerHost _postgresHost;
    private readonly ServerHost _rabbitMqHost;

    private RunsPlatform()
    {
        _servicesDirectory = Directory.CreateDirectory(Path.Combine(_directory, "services")).FullName;
        string password = RandomNumberGenerator.GetHexString(32, lowercase: true);
        var postgres = new PostgresServer(new PostgresOptions
        {
            DataDirectory = Path.Combine(_directory, "postgres"), Port = FreePorts.Next(), Password = password,
        });
        _rabbitMq = new RabbitMqServer(new RabbitMqOptions
        {
            DataDirectory = Path.Combine(_directory, "rabbitmq"), Port = FreePorts.Next(), EpmdPort = FreePorts.Next(),
            DistributionPort = FreePorts.Next(), Password = password,
        });
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_directory, (UnixFileMode)0b111_101_101);
        }

        ConnectionString = postgres.ConnectionString("postgres");
        _postgresHost = new ServerHost(postgres, (_, _) => { });
        _rabbitMqHost = new ServerHost(_rabbitMq, (_, _) => { });
        WorkflowAddress = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePorts.Next()}"));
        Headers = new Metadata
        {
            { "x-easyquant-project", "default" }, { "x-easyquant-actor", "service:bench" }, { "x-easyquant-internal", _credential },
        };
    }

    public string ConnectionString { get; }

    public string DataRoot => Path.Combine(_directory, "data");

    public Uri WorkflowAddress { get; }

    public Metadata Headers { get; }

    /// <summary>Gets the peak of resident memory over the Runners.</summary>
    public long LargestRunnerBytes => _services.Skip(1).Max(service =>
    {
        service.Refresh();
        return service.PeakWorkingSet64;
    });

    public static async Task<RunsPlatform> StartAsync(CancellationToken cancellationToken)
    {
        var platform = new RunsPlatform();
        try
        {
            await BuildAsync(cancellationToken);
            await Task.WhenAll(platform._postgresHost.StartAsync(cancellationToken), platform._rabbitMqHost.StartAsync(cancellationToken));
            return platform;
        }
        catch
        {
            await platform.DisposeAsync();
            throw;
        }
    }

    public async Task StartServicesAsync(CancellationToken cancellationToken)
    {
        Start(s_services[0], WorkflowAddress.Port);
        for (int i = 0; i < RunnerCount; i++)
        {
            Start(s_services[1], FreePorts.Next());
        }

        using var client = new HttpClient { DefaultRequestVersion = new Version(2, 0), DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        while (true)
        {
            ThrowIfEnded();
            try
            {
                using HttpResponseMessage answer = await client.GetAsync(new Uri(WorkflowAddress, "/alive"), cancellationToken);
                return;
            }
            catch (HttpRequestException)
            {
                await Task.Delay(100, cancellationToken);
            }
        }
    }

    public void ThrowIfEnded()
    {
        if (_services.FirstOrDefault(service => service.HasExited) is { } ended)
        {
            throw new InvalidOperationException($"{ended.StartInfo.ArgumentList[0]} ended with {ended.ExitCode}.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Process service in _services)
        {
            service.Kill();
            await service.WaitForExitAsync();
            service.Dispose();
        }

        await _rabbitMqHost.KillAsync();
        await Task.WhenAll(_postgresHost.StopAsync(), _rabbitMqHost.StopAsync());
        Directory.Delete(_directory, recursive: true);
    }

    private static async Task BuildAsync(CancellationToken cancellationToken)
    {
        foreach (string service in s_services)
        {
            var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true };
            foreach (string argument in new[] { "build", Path.Combine(Root(), "services", service), "-c", "Release", "-v", "q" })
            {
                start.ArgumentList.Add(argument);
            }

            using Process build = Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start.");
            string output = await build.StandardOutput.ReadToEndAsync(cancellationToken);
            await build.WaitForExitAsync(cancellationToken);
            if (build.ExitCode != 0)
            {
                throw new InvalidOperationException($"{service} does not build:\n{output}");
            }
        }
    }

    private void Start(string service, int grpcPort)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, WorkingDirectory = _servicesDirectory };
        start.ArgumentList.Add(Path.Combine(Root(), "artifacts", "bin", service, "release", $"{service}.dll"));
        start.Environment["ConnectionStrings__easyquant"] = ConnectionString;
        start.Environment["ConnectionStrings__messaging"] = _rabbitMq.Uri;
        start.Environment["EASYQUANT_INTERNAL_CREDENTIAL"] = _credential;
        start.Environment["EASYQUANT_DATA_ROOT"] = DataRoot;
        start.Environment["GRPC_PORT"] = grpcPort.ToString(CultureInfo.InvariantCulture);
        start.Environment["HTTP_PORT"] = FreePorts.Next().ToString(CultureInfo.InvariantCulture);
        start.Environment["services__workflow__grpc__0"] = WorkflowAddress.ToString();
        start.Environment["services__monitor__grpc__0"] = "http://127.0.0.1:9";
        start.Environment["Logging__LogLevel__Default"] = "Error";
        start.Environment["Runner__MaxConcurrentRuns"] = "100";
        Process process = Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start.");
        process.OutputDataReceived += (_, line) => Console.Error.WriteLine(line.Data);
        process.BeginOutputReadLine();
        _services.Add(process);
    }

    private static string Root()
    {
        for (DirectoryInfo? directory = new(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "EasyQuant.Aspire.sln")))
            {
                return directory.FullName;
            }
        }

        throw new InvalidOperationException($"EasyQuant.Aspire.sln was not found above {AppContext.BaseDirectory}.");
    }
}
