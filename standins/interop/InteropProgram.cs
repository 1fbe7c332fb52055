using System.Globalization;
using System.Net;
using EasyQuant.GrpcInterop.Client;
using EasyQuant.GrpcInterop.Server;
using Grpc.Core;

namespace EasyQuant.GrpcInterop;

/// <summary>The command line of the two programs.</summary>
internal static class InteropProgram
{
    private const string Usage = """
        usage: interop server [--port N] [--host ADDRESS]      serves until it is told to end; port 0 lets the system choose
               interop client --port N [--host H] --case NAME  runs a case, or all of them with the name all
        exit code: 0 the case passed, 1 it did not, 2 the command line is wrong
        """;

    /// <summary>Runs the server until the process is told to end, or a case.</summary>
    /// <returns>The exit code.</returns>
    internal static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter errors)
    {
        try
        {
            Dictionary<string, string> options = Options(args);
            return args[0] switch
            {
                "server" => await ServeAsync(options, output),
                "client" => await CallAsync(options, output, errors),
                _ => throw new ArgumentException($"Expected server or client, was '{args[0]}'."),
            };
        }
        catch (ArgumentException error)
        {
            await errors.WriteLineAsync(error.Message);
            await errors.WriteLineAsync(Usage);
            return 2;
        }
    }

    private static async Task<int> ServeAsync(Dictionary<string, string> options, TextWriter output)
    {
        string host = options.GetValueOrDefault("host", "127.0.0.1");
        IPAddress address = IPAddress.TryParse(host, out IPAddress? parsed)
            ? parsed
            : throw new ArgumentException($"--host must be an IP address to listen on, was '{host}'.");
        await using InteropServer server = await InteropServer.StartAsync(address, Port(options, "0"), CancellationToken.None);
        await output.WriteLineAsync($"listening {server.Address}");
        await output.FlushAsync();
        await server.WaitAsync(CancellationToken.None);
        return 0;
    }

    private static async Task<int> CallAsync(Dictionary<string, string> options, TextWriter output, TextWriter errors)
    {
        string name = options.GetValueOrDefault("case") ?? throw new ArgumentException("--case is missing.");
        IReadOnlyList<string> names = name == "all" ? InteropCases.Names : [name];
        // An unknown name is told before a connection is tried.
        _ = InteropCases.Find(names[0]);
        var address = new UriBuilder("http", options.GetValueOrDefault("host", "127.0.0.1"), Port(options, fallback: null)).Uri;
        int failed = 0;
        foreach (string each in names)
        {
            using var client = new InteropClient(address);
            try
            {
                await client.RunAsync(each);
                await output.WriteLineAsync($"passed {each}");
            }
            catch (Exception error) when (error is InteropException or RpcException or IOException or InvalidOperationException)
            {
                failed++;
                await errors.WriteLineAsync($"failed {each}: {error.Message}");
            }
        }

        return failed == 0 ? 0 : 1;
    }

    private static int Port(Dictionary<string, string> options, string? fallback)
    {
        string text = options.GetValueOrDefault("port") ?? fallback ?? throw new ArgumentException("--port is missing.");
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port <= 65535
            ? port
            : throw new ArgumentException($"--port must be 0..65535, was '{text}'.");
    }

    private static Dictionary<string, string> Options(string[] args)
    {
        if (args.Length == 0)
        {
            throw new ArgumentException("Expected server or client.");
        }

        Dictionary<string, string> options = new(StringComparer.Ordinal);
        for (int i = 1; i < args.Length; i++)
        {
            // Both "--port 1" and "--port=1".
            string[] words = args[i].Split('=', 2);
            string name = words[0] is "--host" or "--port" or "--case"
                ? words[0][2..]
                : throw new ArgumentException($"Unknown option '{words[0]}'.");
            options[name] = words.Length == 2 ? words[1]
                : i + 1 < args.Length ? args[++i]
                : throw new ArgumentException($"{words[0]} has no value.");
        }

        return options;
    }
}
