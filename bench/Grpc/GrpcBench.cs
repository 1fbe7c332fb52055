using System.Globalization;

namespace EasyQuant.Bench.Grpc;

/// <summary>
/// Unary gRPC calls against a plain HTTP/2 echo (Kestrel and HttpClient, no gRPC) with the same shapes, connections and windows. Each
/// server is a process of its own; the two are measured in turns, so that a busy machine slows both.
/// </summary>
public static class GrpcBench
{
    private static readonly (int Bytes, int InFlight)[] s_shapes = [(128, 1), (128, 16), (128, 64), (64 * 1024, 8)];

    /// <summary>Measures and prints calls per second of each shape, the ratios to the reference and the slowest call of each large shape.</summary>
    /// <param name="args">
    /// Optional: seconds of one measurement (default 2), turns (default 5). <c>serve h2c|grpc</c> runs a server until its input ends.
    /// </param>
    /// <param name="cancellationToken">Stops the benchmark.</param>
    /// <returns>0 when every call came back with what was sent.</returns>
    public static async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        if (args is ["serve", string protocol])
        {
            await EchoServers.RunAsync(protocol, cancellationToken);
            return 0;
        }

        TimeSpan length = TimeSpan.FromSeconds(args.Length > 0 ? double.Parse(args[0], CultureInfo.InvariantCulture) : 2);
        int turns = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 5;
        await using ServerProcess plainServer = await ServerProcess.StartAsync("h2c", cancellationToken);
        await using ServerProcess grpcServer = await ServerProcess.StartAsync("grpc", cancellationToken);
        double worstSmall = double.PositiveInfinity;
        foreach ((int bytes, int inFlight) in s_shapes)
        {
            using var plain = new PlainEchoClient(plainServer.Address, bytes);
            using var grpc = new GrpcEchoClient(grpcServer.Address, bytes);
            await EchoLoad.MeasureAsync(plain, inFlight, length, cancellationToken);
            await EchoLoad.MeasureAsync(grpc, inFlight, length, cancellationToken);
            List<EchoLoad> plainTurns = [];
            List<EchoLoad> grpcTurns = [];
            for (int turn = 0; turn < turns; turn++)
            {
                plainTurns.Add(await EchoLoad.MeasureAsync(plain, inFlight, length, cancellationToken));
                grpcTurns.Add(await EchoLoad.MeasureAsync(grpc, inFlight, length, cancellationToken));
            }

            double ratio = Report($"{bytes}b_{inFlight}", plainTurns, grpcTurns);
            if (bytes == 128)
            {
                worstSmall = Math.Min(worstSmall, ratio);
            }
            else
            {
                BenchLine.Print("grpc", "ratio_64k", ratio, "x", "target 1.0 of h2c echo, no stalls");
                BenchLine.Print("grpc", "slowest_ms_64k", grpcTurns.Max(t => t.SlowestMilliseconds), "ms");
            }
        }

        BenchLine.Print("grpc", "ratio", worstSmall, "x", "target 0.5 of h2c echo, worst of 128 B at 1, 16, 64");
        return 0;
    }

    private static double Report(string shape, List<EchoLoad> plain, List<EchoLoad> grpc)
    {
        double plainRate = Median(plain.Select(t => t.CallsPerSecond));
        double grpcRate = Median(grpc.Select(t => t.CallsPerSecond));
        double ratio = Median(grpc.Zip(plain, (g, p) => g.CallsPerSecond / p.CallsPerSecond));
        BenchLine.Print("grpc", $"calls_per_s_{shape}", grpcRate, "1/s", FormattableString.Invariant($"h2c echo {plainRate:F0}/s"));
        double plainMedian = Median(plain.Select(t => t.MedianMicroseconds));
        double grpcMedian = Median(grpc.Select(t => t.MedianMicroseconds));
        BenchLine.Print("grpc", $"p50_us_{shape}", grpcMedian, "us", FormattableString.Invariant($"h2c echo {plainMedian:F0} us"));
        BenchLine.Print("grpc", $"ratio_{shape}", ratio, "x", "h2c echo");
        return ratio;
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
