using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using EasyQuant.Samples.Orders;

namespace EasyQuant.EndToEnd.Samples;

/// <summary>The sample order-targets: targets and prices from a broker that wants a token, orders to it, on the platform and by <c>eq run</c>.</summary>
[Collection(PlatformCollection.Name)]
public sealed class OrderSampleTests(PlatformFixture platform) : IDisposable
{
    private const string Secret = "sample-broker";
    private static readonly JsonObject s_expected = JsonNode.Parse(File.ReadAllText(Repository.PathOf("samples", "expected", "order-targets.json")))!.AsObject();

    private readonly string _folder = Directory.CreateTempSubdirectory("eq-orders-").FullName;
    private readonly CancellationTokenSource _deadline = new(TimeSpan.FromMinutes(4));

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        _deadline.Dispose();
    }

    [Fact]
    public async Task Orders_OnThePlatform_ArriveOnceAsExpected()
    {
        await StoreTokenAsync(platform, _deadline.Token);
        int before = platform.Broker.Orders.Count;
        JsonObject inputs = new() { ["broker"] = platform.Broker.Address.ToString() };

        JsonElement run = await new RestRuns(platform).RunAsync("order-targets", inputs, _deadline.Token);

        Assert.True(run.GetProperty("state").GetString() == "RUN_STATE_SUCCEEDED", $"{run}");
        Check(platform.Broker.Orders.Skip(before));
        JsonElement summary = run.GetProperty("outputs").GetProperty("summary");
        Assert.Equal((3, 3, true), (summary.GetProperty("orders").GetInt32(), summary.GetProperty("accepted").GetInt32(), summary.GetProperty("recorded").GetBoolean()));
        Assert.Equal(0, platform.Broker.RefusedCount);
        Assert.DoesNotContain(PlatformFixture.BrokerToken, run.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Orders_ByEqRunWithAFileOfSecrets_ArriveOnceAsExpected()
    {
        string token = $"canary-local-{Guid.NewGuid():N}";
        await using BrokerServer broker = BrokerServer.Start(new BrokerOptions { Port = 0, Token = token });
        string secrets = Path.Combine(_folder, "secrets.json");
        await File.WriteAllTextAsync(secrets, new JsonObject { [Secret] = token }.ToJsonString(), _deadline.Token);
        string[] arguments =
            ["run", Repository.PathOf("samples", "workflows", "order-targets.json"), "--input", $"broker={broker.Address}", "--allow-http", broker.Address.Authority, "--secrets", secrets];

        File.SetUnixFileMode(secrets, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        (int refusedCode, _, string refused) = await EqProgram.RunAsync(_folder, arguments, _deadline.Token);
        File.SetUnixFileMode(secrets, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        (int code, string output, string error) = await EqProgram.RunAsync(_folder, arguments, _deadline.Token);

        Assert.Equal(1, refusedCode);
        Assert.Contains("chmod 600", refused, StringComparison.Ordinal);
        Assert.True(code == 0, error);
        Check(broker.Orders);
        Assert.DoesNotContain(token, output + error + refused, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Secrets_ByEqAndRest_AreSetListedLoggedAndDeletedWithoutTheirValue()
    {
        const string Value = "canary-eq-77aa11bb";
        string file = Path.Combine(_folder, "value");
        await File.WriteAllTextAsync(file, Value + "\n", _deadline.Token);

        string set = await EqAsync("secrets", "set", "e2e-secret", "--host", "api.broker.com", "--host", "127.0.0.1:8443", "--file", file);
        string list = await EqAsync("secrets", "list");
        using HttpClient rest = platform.Rest();
        using HttpResponseMessage replaced = await rest.PutAsJsonAsync("/api/v1/secrets/e2e-secret", new { value = Value + "-2", hosts = new[] { "api.broker.com" } }, _deadline.Token);
        string listed = await rest.GetStringAsync("/api/v1/secrets", _deadline.Token);
        using HttpResponseMessage refused = await rest.PutAsJsonAsync("/api/v1/secrets/e2e-secret", new { value = Value }, _deadline.Token);
        string problem = await refused.Content.ReadAsStringAsync(_deadline.Token);
        await EqAsync("secrets", "delete", "e2e-secret");
        string log = await EqAsync("secrets", "log");

        Assert.StartsWith("e2e-secret v1 ", set, StringComparison.Ordinal);
        Assert.Contains("api.broker.com,127.0.0.1:8443", list, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, replaced.StatusCode);
        Assert.Equal(2, JsonElement.Parse(listed).GetProperty("secrets").EnumerateArray().Single(secret => secret.GetProperty("name").GetString() == "e2e-secret").GetProperty("version").GetInt32());
        Assert.Equal((HttpStatusCode.BadRequest, true), (refused.StatusCode, problem.Contains("SECRET_HOST_INVALID", StringComparison.Ordinal)));
        Assert.Contains("delete e2e-secret v2", log, StringComparison.Ordinal);
        Assert.DoesNotContain(Value, set + list + listed + problem + log, StringComparison.Ordinal);
        Assert.DoesNotContain("e2e-secret", await EqAsync("secrets", "list"), StringComparison.Ordinal);
    }

    /// <summary>Stores the token of the platform's broker as a person does.</summary>
    internal static async Task StoreTokenAsync(PlatformFixture platform, CancellationToken cancellationToken)
    {
        using HttpClient rest = platform.Rest();
        using HttpResponseMessage answer = await rest.PutAsJsonAsync(
            $"/api/v1/secrets/{Secret}", new { value = PlatformFixture.BrokerToken, hosts = new[] { platform.Broker.Address.Authority } }, cancellationToken);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(cancellationToken));
    }

    // Expected is what the broker is to have taken; every second first answer is lost, and the order comes again under its key.
    private static void Check(IEnumerable<BrokerOrder> orders) => Assert.Equal(
        s_expected["orders"]!.AsArray().Select(order => order!.ToJsonString()),
        orders.Select(order => new JsonObject
        {
            ["symbol"] = order.Symbol, ["side"] = order.Side, ["quantity"] = order.Quantity, ["limit_price"] = decimal.Parse(order.LimitPrice!, CultureInfo.InvariantCulture),
        }.ToJsonString()));

    private async Task<string> EqAsync(params string[] arguments)
    {
        (int code, string output, string error) = await EqProgram.RunAsync(
            _folder, [.. arguments, "--server", platform.Host.Grpc.ToString(), "--key", platform.Host.Key], _deadline.Token);
        Assert.True(code == 0, $"eq {string.Join(' ', arguments)}: {error}");
        return output;
    }
}
