using System.Text.Json;
using System.Text.RegularExpressions;

namespace EasyQuant.EndToEnd.Telemetry;

/// <summary>The documented list of the project's own metrics, held against what its services send.</summary>
[Collection(PlatformCollection.Name)]
public sealed partial class MetricTests(PlatformFixture platform)
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task Metrics_OfTheServices_AreThoseOfTheDocument()
    {
        using CancellationTokenSource deadline = new(s_deadline);
        string[] documented = await DocumentedAsync(deadline.Token);
        Assert.True(documented.Length >= 8, string.Join(", ", documented));
        JsonElement run = await new RestRuns(platform).RunAsync("daily-pipeline", [], deadline.Token);
        Assert.Equal("RUN_STATE_SUCCEEDED", run.GetProperty("state").GetString());

        await ItemRuns.RunAsync(platform, "measured-items", deadline.Token);

        // An instrument that was never used is not sent: each must come sometime, and none but these.
        await Poll.UntilAsync(
            "every documented metric",
            () => Task.FromResult((documented.All(Sent().Contains), $"without {string.Join(", ", documented.Except(Sent()))}")),
            deadline.Token);
        Assert.Equal(documented, Sent().Order(StringComparer.Ordinal));
    }

    private HashSet<string> Sent() => [.. platform.Metrics.Seen
        .Where(metric => metric.Meter.StartsWith("EasyQuant.", StringComparison.Ordinal))
        .Select(metric => $"{metric.Name} {metric.Kind} {metric.Unit}")];

    private static async Task<string[]> DocumentedAsync(CancellationToken cancellationToken)
    {
        string text = await File.ReadAllTextAsync(Repository.PathOf("docs", "operations", "telemetry.md"), cancellationToken);
        string table = text[text.IndexOf("| Instrument |", StringComparison.Ordinal)..];
        return [.. table.Split('\n').Skip(2).TakeWhile(line => line.StartsWith('|')).Select(line => line.Split('|'))
            .SelectMany(cells => Code().Matches(cells[1]).Select(name => $"{name.Groups[1].Value} {KindAndUnit(cells[2])}")).Order(StringComparer.Ordinal)];
    }

    private static string KindAndUnit(string cell)
    {
        string[] parts = cell.Trim().Split(", ");
        return $"{(parts[0] is "histogram" or "gauge" ? parts[0] : "sum")} {parts[1].Trim('`')}";
    }

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();
}
