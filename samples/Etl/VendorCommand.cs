using System.Globalization;

namespace EasyQuant.Samples.Etl;

/// <summary><c>vendor --port PORT [--symbols N]</c>: runs the <see cref="VendorServer"/> that the workflow <c>etl-stocks</c> downloads from.</summary>
public static class VendorCommand
{
    /// <summary>How it is called.</summary>
    public const string Usage = "vendor --port PORT [--symbols 1..5000]";

    /// <summary>Serves until it is stopped.</summary>
    /// <param name="args">Arguments after <c>vendor</c>.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>0, or 2 when the arguments are wrong.</returns>
    public static async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        if (!TryRead(args, "--port", 1, 65_535, null, out int port) || !TryRead(args, "--symbols", 1, 5_000, 5_000, out int symbols) || args.Length > 4)
        {
            await Console.Error.WriteLineAsync("usage: dotnet run --project samples -- " + Usage);
            return 2;
        }

        await using VendorServer server = VendorServer.Start(new VendorOptions { Port = port, SymbolCount = symbols, Time = TimeProvider.System });
        await Console.Out.WriteLineAsync($"{server.Address} serves {symbols} symbols. Let Runners call it: Runner__HttpAllowedEndpoints__0=127.0.0.1:{port}");
        await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Console.Out.WriteLineAsync($"{server.ServedCount} served, {server.RefusedCount} refused, {server.FailedCount} failed");
        return 0;
    }

    private static bool TryRead(string[] args, string name, int min, int max, int? usual, out int value)
    {
        int at = Array.IndexOf(args, name);
        value = usual ?? 0;
        return at < 0
            ? usual is not null
            : at + 1 < args.Length && int.TryParse(args[at + 1], NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= min && value <= max;
    }
}
