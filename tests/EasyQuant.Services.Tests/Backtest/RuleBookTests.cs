using System.Text.Json.Nodes;
using EasyQuant.Contracts.Backtest.V1;
using EasyQuant.ServiceDefaults.Errors;
using EasyQuant.Testing;
using Grpc.Core;

namespace EasyQuant.Services.Tests.Backtest;

public sealed class RuleBookTests(TestServersFixture fixture) : IClassFixture<TestServersFixture>
{
    private readonly CancellationTokenSource _deadline = new(TimeSpan.FromMinutes(3));

    [Fact]
    public async Task Rerun_UnderAnotherRuleBook_ChangesTheRulesOnly()
    {
        await using BacktestHost host = await BacktestHost.StartAsync(fixture.Servers, _deadline.Token);
        Contracts.Backtest.V1.Backtest first = await host.EndAsync((await host.CreateAsync(BacktestHost.Spec())).BacktestId);
        JsonNode book = await ShippedAsync(host);
        book["version"] = "ten-times-the-duty";
        foreach (JsonNode? row in book["rules"]!.AsArray().Where(row => (string?)row!["kind"] == "stamp_duty"))
        {
            row!["sell_ppm"] = (long)row["sell_ppm"]! * 10;
        }

        CreateRuleBookRequest request = new() { Json = book.ToJsonString() };
        RuleBook added = (await host.Backtests.CreateRuleBookAsync(request, BacktestHost.Headers())).RuleBook;
        Assert.Equal(added, (await host.Backtests.CreateRuleBookAsync(request, BacktestHost.Headers())).RuleBook);
        Assert.Equal(["china-2026.2", "ten-times-the-duty"], (await host.Backtests.ListRuleBooksAsync(new ListRuleBooksRequest(), BacktestHost.Headers())).RuleBooks.Select(one => one.Version));

        string requestId = Guid.NewGuid().ToString("D");
        var rerun = new RerunBacktestRequest { BacktestId = first.BacktestId, RuleBook = "ten-times-the-duty", RequestId = requestId };
        string id = (await host.Backtests.RerunBacktestAsync(rerun, BacktestHost.Headers())).Backtest.BacktestId;
        Assert.Equal(id, (await host.Backtests.RerunBacktestAsync(rerun, BacktestHost.Headers())).Backtest.BacktestId);
        Contracts.Backtest.V1.Backtest second = await host.EndAsync(id);
        Assert.Equal((BacktestState.Succeeded, "ten-times-the-duty"), (second.State, second.Manifest.Fields["rule_book_version"].StringValue));
        Assert.Equal(first.Manifest.Fields["data_sha256"], second.Manifest.Fields["data_sha256"]);
        Assert.Equal(first.Metrics.Fields["order_count"], second.Metrics.Fields["order_count"]);
        Assert.True(decimal.Parse(second.Metrics.Fields["fees"].StringValue) > decimal.Parse(first.Metrics.Fields["fees"].StringValue));
        CompareBacktestsResponse both = await host.Backtests.CompareBacktestsAsync(new CompareBacktestsRequest { BacktestIds = { first.BacktestId, id } }, BacktestHost.Headers());
        Assert.Equal(2, both.Backtests.Count);
    }

    [Fact]
    public async Task RuleBook_WrongOrForeign_IsRefusedByName()
    {
        await using BacktestHost host = await BacktestHost.StartAsync(fixture.Servers, _deadline.Token);
        JsonNode book = await ShippedAsync(host);
        Assert.Equal("RULE_BOOK_EXISTS", (await CreateAsync(book.ToJsonString())).Reason);
        Assert.Equal("RULE_BOOK_INVALID", (await CreateAsync("{")).Reason);
        Assert.Equal("RULE_BOOK_INVALID", (await CreateAsync("""{"version":"a b","rules":[]}""")).Reason);
        Assert.Contains("\"x\"", (await CreateAsync("""{"version":"v","rules":[{"id":"x","kind":"magic","boards":["main"],"effective_from":"2020-01-01","source":"s","confidence":"high"}]}""")).Message, StringComparison.Ordinal);
        Assert.Equal("RULE_BOOK_INVALID", (await CreateAsync("""{"version":"v","rules":[{"id":"x","kind":5}]}""")).Reason);
        book["version"] = "mine";
        await host.Backtests.CreateRuleBookAsync(new CreateRuleBookRequest { Json = book.ToJsonString() }, BacktestHost.Headers());
        book["rules"]!.AsArray().RemoveAt(0);
        Assert.Equal("RULE_BOOK_EXISTS", (await CreateAsync(book.ToJsonString())).Reason);
        RpcError hidden = await BacktestHost.RefusedAsync(() =>
            host.Backtests.GetRuleBookAsync(new GetRuleBookRequest { Version = "mine" }, BacktestHost.Headers("other")).ResponseAsync);
        Assert.Equal((StatusCode.NotFound, "RULE_BOOK_NOT_FOUND"), (hidden.Status, hidden.Reason));
        Contracts.Backtest.V1.Backtest backtest = await host.EndAsync((await host.CreateAsync(BacktestHost.Spec())).BacktestId);
        RpcError unknown = await BacktestHost.RefusedAsync(() => host.Backtests.RerunBacktestAsync(
            new RerunBacktestRequest { BacktestId = backtest.BacktestId, RuleBook = "nothing" }, BacktestHost.Headers()).ResponseAsync);
        Assert.Equal(("RULE_BOOK_NOT_FOUND", "rule_book"), (unknown.Reason, unknown.Violations[0].Field));

        Task<RpcError> CreateAsync(string json) => BacktestHost.RefusedAsync(() =>
            host.Backtests.CreateRuleBookAsync(new CreateRuleBookRequest { Json = json }, BacktestHost.Headers()).ResponseAsync);
    }

    private static async Task<JsonNode> ShippedAsync(BacktestHost host)
    {
        GetRuleBookResponse shipped = await host.Backtests.GetRuleBookAsync(new GetRuleBookRequest { Version = "china-2026.2" }, BacktestHost.Headers());
        Assert.True(shipped.RuleBook.Shipped);
        return JsonNode.Parse(shipped.RuleBook.Json)!;
    }
}
