using System.Text.Json;

namespace EasyQuant.Interop.Tests.Fixtures;

/// <summary>An echo server and what each foreign client saw of it; each client runs once.</summary>
public sealed class PeerFixture : IAsyncLifetime
{
    /// <summary>Exact versions; grpc-js is an implementation in JavaScript, independent of the C core.</summary>
    private static readonly string[] s_nodePackages =
        ["@grpc/grpc-js@1.14.7", "@grpc/proto-loader@0.8.1", "grpc-js-reflection-client@1.4.2"];

    private readonly string _output = AppContext.BaseDirectory;
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
        string directory = await NodePackages.InstallAsync("node", s_nodePackages);
        string json = await PeerProcess.RunAsync(
            "node",
            [Path.Combine(_output, "Peers", "echo_client.js"), _server.Address.Authority, Path.Combine(_output, "Protos")],
            new Dictionary<string, string> { ["NODE_PATH"] = Path.Combine(directory, "node_modules") },
            directory,
            NodePackages.Install);
        return JsonDocument.Parse(json).RootElement;
    }

    private async Task<JsonElement> RunPythonAsync()
    {
        string directory = await PythonStubs.GenerateAsync("python", "echo.proto", "health.proto");
        string json = await PeerProcess.RunAsync(
            "/usr/bin/python3",
            [Path.Combine(_output, "Peers", "echo_client.py"), _server.Address.Authority],
            new Dictionary<string, string> { ["PYTHONPATH"] = directory },
            directory,
            PythonStubs.Install);
        return JsonDocument.Parse(json).RootElement;
    }
}
