using System.CommandLine;
using Grpc.Core;
using Grpc.Net.Client;

namespace EasyQuant.Cli.Remote;

/// <summary>Options that every command shares which talks to a server.</summary>
public sealed class RemoteOptions
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(30);

    private readonly Option<string> _server = new("--server")
    {
        Description = "gRPC address of the Gateway; EQ_SERVER when not given. / 网关的 gRPC 地址。",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("EQ_SERVER") ?? "http://127.0.0.1:5081",
    };

    // Without a default value: the help would print the key.
    private readonly Option<string?> _key = new("--key") { Description = "API key; EQ_KEY when not given. / API 密钥。" };

    private readonly Option<string> _output = new("--output", "-o")
    {
        Description = "table or json.",
        DefaultValueFactory = _ => "table",
    };

    /// <summary>Creates the options.</summary>
    public RemoteOptions()
    {
        _output.AcceptOnlyFromAmong("table", "json");
    }

    /// <summary>Adds the options to a command and what it does; errors of the server become messages and exit codes.</summary>
    /// <param name="command">The command.</param>
    /// <param name="action">What it does with a connection.</param>
    public void Attach(Command command, Func<ParseResult, Connection, CancellationToken, Task<int>> action)
    {
        ArgumentNullException.ThrowIfNull(command);
        command.Options.Add(_server);
        command.Options.Add(_key);
        command.Options.Add(_output);
        command.SetAction(async (result, cancellationToken) =>
        {
            if (!Uri.TryCreate(result.GetRequiredValue(_server), UriKind.Absolute, out Uri? server))
            {
                await Console.Error.WriteLineAsync($"eq: --server is not an address: '{result.GetRequiredValue(_server)}'; expected for example http://127.0.0.1:5081.");
                return ExitCodes.Usage;
            }

            using GrpcChannel channel = GrpcChannel.ForAddress(server, new GrpcChannelOptions { MaxReceiveMessageSize = 16 << 20 });
            string key = result.GetValue(_key) ?? Environment.GetEnvironmentVariable("EQ_KEY") ?? string.Empty;
            Connection connection = new(channel, key, s_deadline, result.GetRequiredValue(_output) == "json");
            try
            {
                return await action(result, connection, cancellationToken);
            }
            catch (RpcException e)
            {
                await Console.Error.WriteLineAsync("eq: " + RemoteError.Describe(e));
                return RemoteError.ExitCode(e);
            }
        });
    }
}
