using System.Text.Json;

namespace EasyQuant.Interop.Tests.Fixtures;

/// <summary>An echo server and what each foreign client saw of it; each client runs once.</summary>
public sealed class PeerFixture : IAsyncLifetime
{
    /// <summary>Exact versions; grpc-js is an implementation in JavaScript, independent of the C core.</summary>
    private static readonly string[] s_nodePackages =
        ["@grpc/grpc-js@1.14.7", "@grpc/proto-loader@0.8.1", "grpc-js-reflection-client@1.4.2"];

    private static readonly Dictionary<string, string> s_noVariables = [];

    private readonly string _output = AppContext.BaseDirectory;
    private readonly string _work = Path.Combine(FindArtifacts(), "interop");
    private Lazy<Task<JsonElement>> _node = null!;
    private Lazy<Task<JsonElement>> _python = null!;
    private EchoServer _server = null!;

    public async Task InitializeAsync()
    {
        _server = await EchoServer.StartAsync();
        _node = new Lazy<Task<JsonElement>>(RunNodeAsync);
        _python = new Lazy<Task<JsonElement>>(RunPythonAsync);
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    /// <summary>What a peer saw in a case.</summary>
    public async Task<JsonElement> SeenAsync(string peer, string name)
    {
        JsonElement all = await (peer == "node" ? _node : _python).Value;
        return all.GetProperty(name);
    }

    private async Task<JsonElement> RunNodeAsync()
    {
        const string Install = "install node 20 or later and npm (on Debian: apt-get install nodejs npm)";
        string directory = Path.Combine(_work, "node");
        Directory.CreateDirectory(directory);
        if (!s_nodePackages.All(package => IsInstalled(directory, package)))
        {
            await File.WriteAllTextAsync(Path.Combine(directory, "package.json"), """{ "private": true }""", CancellationToken.None);
            await PeerProcess.RunAsync(
                "npm",
                ["install", "--no-audit", "--no-fund", "--no-package-lock", "--save-exact", .. s_nodePackages],
                s_noVariables,
                directory,
                Install);
        }

        string json = await PeerProcess.RunAsync(
            "node",
            [Path.Combine(_output, "Peers", "echo_client.js"), _server.Address.Authority, Path.Combine(_output, "Protos")],
            new Dictionary<string, string> { ["NODE_PATH"] = Path.Combine(directory, "node_modules") },
            directory,
            Install);
        return JsonDocument.Parse(json).RootElement;
    }

    private async Task<JsonElement> RunPythonAsync()
    {
        const string Install =
            "install grpcio and its generator for the Python of the system (on Debian: apt-get install python3-grpcio protobuf-compiler libprotobuf-dev protobuf-compiler-grpc)";
        string directory = Path.Combine(_work, "python");
        Directory.CreateDirectory(directory);
        await PeerProcess.RunAsync(
            "protoc",
            [
                "-I", Path.Combine(_output, "Protos"),
                "--python_out=" + directory,
                "--grpc_python_out=" + directory,
                "--plugin=protoc-gen-grpc_python=/usr/bin/grpc_python_plugin",
                "echo.proto",
                "health.proto",
            ],
            s_noVariables,
            directory,
            Install);
        string json = await PeerProcess.RunAsync(
            "/usr/bin/python3",
            [Path.Combine(_output, "Peers", "echo_client.py"), _server.Address.Authority],
            new Dictionary<string, string> { ["PYTHONPATH"] = directory },
            directory,
            Install);
        return JsonDocument.Parse(json).RootElement;
    }

    private static bool IsInstalled(string directory, string package)
    {
        int at = package.LastIndexOf('@');
        string manifest = Path.Combine(directory, "node_modules", package[..at], "package.json");
        return File.Exists(manifest)
            && JsonDocument.Parse(File.ReadAllText(manifest)).RootElement.GetProperty("version").GetString() == package[(at + 1)..];
    }

    private static string FindArtifacts()
    {
        for (DirectoryInfo? directory = new(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (directory.Name == "artifacts")
            {
                return directory.FullName;
            }
        }

        throw new InvalidOperationException($"{AppContext.BaseDirectory} is not under a directory named artifacts.");
    }
}
