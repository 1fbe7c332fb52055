using System.Net;
using System.Text.Json;
using EasyQuant.GrpcInterop.Client;
using EasyQuant.GrpcInterop.Server;
using EasyQuant.Interop.Tests.Fixtures;

namespace EasyQuant.Interop.Tests.Official;

/// <summary>The interop server and client of this project and those of other implementations; each starts when it is first asked for.</summary>
public sealed class InteropPeers : IAsyncLifetime
{
    private static readonly string[] s_nodePackages = ["@grpc/grpc-js@1.14.7", "@grpc/proto-loader@0.8.1"];

    private readonly string _output = AppContext.BaseDirectory;
    private readonly Dictionary<string, Lazy<Task<PeerServer>>> _servers;
    private readonly Dictionary<string, Lazy<Task<JsonElement>>> _clients;
    private readonly Lazy<Task<string>> _node = new(() => NodePackages.InstallAsync("official-node", s_nodePackages));
    private readonly Lazy<Task<string>> _python = new(() => PythonStubs.GenerateAsync("official-python", "interop.proto"));
    private InteropServer _own = null!;

    public InteropPeers()
    {
        _servers = new Dictionary<string, Lazy<Task<PeerServer>>>
        {
            ["node"] = new(async () => await PeerServer.StartAsync(
                "node", [Peer("interop_server.js"), Protos], "NODE_PATH", Path.Combine(await _node.Value, "node_modules"))),
            ["python"] = new(async () => await PeerServer.StartAsync(
                "/usr/bin/python3", [Peer("interop_server.py")], "PYTHONPATH", await _python.Value)),
        };
        _clients = new Dictionary<string, Lazy<Task<JsonElement>>>
        {
            ["node"] = new(async () => await RunAsync(
                "node", [Peer("interop_client.js"), _own.Address.Authority, Protos], "NODE_PATH", Path.Combine(await _node.Value, "node_modules"))),
            ["python"] = new(async () => await RunAsync(
                "/usr/bin/python3", [Peer("interop_client.py"), _own.Address.Authority], "PYTHONPATH", await _python.Value)),
        };
    }

    private string Protos => Path.Combine(_output, "Protos");

    internal Uri OwnAddress => _own.Address;

    public async Task InitializeAsync() => _own = await InteropServer.StartAsync(IPAddress.Loopback, 0, CancellationToken.None);

    public async Task DisposeAsync()
    {
        foreach (Lazy<Task<PeerServer>> server in _servers.Values.Where(server => server.IsValueCreated))
        {
            await (await server.Value).DisposeAsync();
        }

        await _own.DisposeAsync();
    }

    /// <summary>A client of this project for the server of a peer.</summary>
    internal async Task<InteropClient> ClientForAsync(string peer) =>
        new(peer == "own" ? _own.Address : (await _servers[peer].Value).Address);

    /// <summary>"passed", or why a peer's client did not pass a case against the server of this project.</summary>
    internal async Task<string> OutcomeAsync(string peer, string name) => (await _clients[peer].Value).GetProperty(name).GetString()!;

    private string Peer(string file) => Path.Combine(_output, "Peers", file);

    private async Task<JsonElement> RunAsync(string file, IEnumerable<string> arguments, string variable, string value)
    {
        string json = await PeerProcess.RunAsync(
            file, arguments, new Dictionary<string, string> { [variable] = value }, _output, $"{NodePackages.Install}; {PythonStubs.Install}");
        return JsonDocument.Parse(json).RootElement;
    }
}
