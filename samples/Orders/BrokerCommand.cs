using System.Globalization;
using System.Security.Cryptography;

namespace EasyQuant.Samples.Orders;

/// <summary><c>broker --port PORT [--token-file FILE]</c>: runs the <see cref="BrokerServer"/> that the workflow <c>order-targets</c> sends orders to.</summary>
public static class BrokerCommand
{
    /// <summary>How it is called.</summary>
    public const string Usage = "broker --port PORT [--token-file FILE]";

    private const string DefaultFile = "broker.token";

    /// <summary>Makes the token when the file does not exist, and serves until it is stopped.</summary>
    /// <param name="args">Arguments after <c>broker</c>.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>0, or 2 when the arguments are wrong.</returns>
    public static async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(args);
        if (args.Length is not (2 or 4) || !int.TryParse(Value(args, "--port"), NumberStyles.None, CultureInfo.InvariantCulture, out int port) || port is < 1 or > 65_535
            || (args.Length == 4 && Value(args, "--token-file") is null))
        {
            await Console.Error.WriteLineAsync("usage: dotnet run --project samples -- " + Usage);
            return 2;
        }

        string file = Path.GetFullPath(Value(args, "--token-file") ?? DefaultFile);
        await EnsureTokenAsync(file, cancellationToken);
        string token = (await File.ReadAllTextAsync(file, cancellationToken)).Trim();
        await using BrokerServer server = BrokerServer.Start(new BrokerOptions { Port = port, Token = token });
        await Console.Out.WriteLineAsync(
            $"{server.Address} takes orders. Let Runners call it: Runner__HttpAllowedEndpoints__0=127.0.0.1:{port}\n"
            + $"Store its token: eq secrets set sample-broker --host 127.0.0.1:{port} --file {file}\n"
            + $"Send orders:     eq runs start order-targets --inputs '{{\"broker\":\"{server.Address}\"}}'");
        await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Console.Out.WriteLineAsync($"{server.Orders.Count} orders taken, {server.RepeatedCount} came again, {server.RefusedCount} requests without the token");
        return 0;
    }

    private static async Task EnsureTokenAsync(string file, CancellationToken cancellationToken)
    {
        if (File.Exists(file))
        {
            return;
        }

        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        await using var writer = new StreamWriter(file, options);
        await writer.WriteLineAsync(RandomNumberGenerator.GetHexString(32, lowercase: true).AsMemory(), cancellationToken);
    }

    private static string? Value(string[] args, string name)
    {
        int at = Array.IndexOf(args, name);
        return at >= 0 && at % 2 == 0 && at + 1 < args.Length ? args[at + 1] : null;
    }
}
