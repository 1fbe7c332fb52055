using System.Text.Json;
using System.Text.Json.Nodes;
using EasyQuant.EndToEnd.Samples;
using Npgsql;

namespace EasyQuant.EndToEnd.Telemetry;

/// <summary>No secret of the platform is in anything that people are shown: spans, logs, metrics, environments, console logs.</summary>
[Collection(PlatformCollection.Name)]
public sealed class SecretTests(PlatformFixture platform)
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task Secrets_AfterARun_AreInNothingThatIsShown()
    {
        using CancellationTokenSource deadline = new(s_deadline);
        await OrderSampleTests.StoreTokenAsync(platform, deadline.Token);
        JsonElement run = await new RestRuns(platform).RunAsync("daily-pipeline", [], deadline.Token);
        JsonElement sent = await new RestRuns(platform).RunAsync("order-targets", new JsonObject { ["broker"] = platform.Broker.Address.ToString() }, deadline.Token);
        Assert.Equal("RUN_STATE_SUCCEEDED", sent.GetProperty("state").GetString());
        string traceId = run.GetProperty("traceId").GetString()!;
        Dictionary<string, string> secrets = await SecretsAsync(deadline.Token);
        Assert.True(secrets.Count >= 6, string.Join(", ", secrets.Keys));

        Dictionary<string, string> shown = new() { ["run"] = sent.ToString() };
        foreach ((string what, string text) in platform.Host.Shown())
        {
            shown[what] = text;
        }

        foreach (string log in Directory.EnumerateFiles(Path.Combine(platform.Host.DataDirectory, "logs")))
        {
            shown[log] = await File.ReadAllTextAsync(log, deadline.Token);
        }

        await AddTelemetryAsync(shown, [traceId, sent.GetProperty("traceId").GetString()!], deadline.Token);
        Assert.All(secrets, secret => Assert.DoesNotContain(shown, text => text.Value.Contains(secret.Value, StringComparison.Ordinal)));
    }

    private async Task<Dictionary<string, string>> SecretsAsync(CancellationToken cancellationToken)
    {
        Dictionary<string, string> secrets = JsonSerializer.Deserialize<Dictionary<string, string>>(
            await File.ReadAllTextAsync(Path.Combine(platform.Host.DataDirectory, "secrets.json"), cancellationToken))!;
        secrets["broker token"] = PlatformFixture.BrokerToken;
        secrets["development key"] = platform.Host.Key;
        secrets["secret of the development key"] = platform.Host.Key.Split('_')[^1];
        secrets["database"] = new NpgsqlConnectionStringBuilder(await platform.Host.DatabaseAsync(cancellationToken)).Password!;
        return secrets;
    }

    private async Task AddTelemetryAsync(Dictionary<string, string> shown, string[] traceIds, CancellationToken cancellationToken)
    {
        using DashboardTraces dashboard = await DashboardTraces.OpenAsync(platform, cancellationToken);
        await Poll.UntilAsync(
            $"spans of the traces {string.Join(' ', traceIds)} in the dashboard",
            async () =>
            {
                shown["spans"] = await dashboard.ReadTextAsync("/api/telemetry/spans?limit=20000", cancellationToken);
                return (traceIds.All(traceId => shown["spans"].Contains(traceId, StringComparison.Ordinal)), $"{shown["spans"].Length} characters");
            },
            cancellationToken);
        shown["logs"] = await dashboard.ReadTextAsync("/api/telemetry/logs?limit=20000", cancellationToken);
        Assert.Contains("SELECT", shown["spans"], StringComparison.OrdinalIgnoreCase);
        Assert.NotEqual(0, shown["logs"].Length);
        await platform.Metrics.WaitAsync("easyquant.run.duration", cancellationToken);
        shown["metrics"] = platform.Metrics.AllText();
    }
}
