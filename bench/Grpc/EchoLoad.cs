using System.Diagnostics;

namespace EasyQuant.Bench.Grpc;

/// <summary>What one turn of calls measured.</summary>
/// <param name="CallsPerSecond">Calls that ended, per second.</param>
/// <param name="MedianMicroseconds">The median of their durations.</param>
/// <param name="SlowestMilliseconds">The longest of their durations.</param>
internal sealed record EchoLoad(double CallsPerSecond, double MedianMicroseconds, double SlowestMilliseconds)
{
    /// <summary>Keeps a number of calls in flight for a time.</summary>
    internal static async Task<EchoLoad> MeasureAsync(
        IEchoClient client, int inFlight, TimeSpan length, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(length + TimeSpan.FromSeconds(30));
        Stopwatch watch = Stopwatch.StartNew();
        List<double>[] durations = await Task.WhenAll(
            Enumerable.Range(0, inFlight).Select(_ => Task.Run(() => CallAsync(client, watch, length, deadline.Token), deadline.Token)));
        double seconds = watch.Elapsed.TotalSeconds;
        double[] all = [.. durations.SelectMany(d => d).Order()];
        return new EchoLoad(all.Length / seconds, all[all.Length / 2], all[^1] / 1000);
    }

    private static async Task<List<double>> CallAsync(
        IEchoClient client, Stopwatch watch, TimeSpan length, CancellationToken cancellationToken)
    {
        List<double> durations = new(100_000);
        while (watch.Elapsed < length)
        {
            long begin = Stopwatch.GetTimestamp();
            await client.EchoAsync(cancellationToken);
            durations.Add(Stopwatch.GetElapsedTime(begin).TotalMicroseconds);
        }

        return durations;
    }
}
