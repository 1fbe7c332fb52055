using System.Text.Json.Nodes;
using EasyQuant.Data;
using EasyQuant.Engine;
using EasyQuant.Flow;
using EasyQuant.Nodes.Trading;

namespace EasyQuant.Nodes.Tests.Trading;

/// <summary>Runs trading nodes alone and makes bars.</summary>
internal static class TradingBench
{
    private static readonly NodeCatalog s_catalog = Catalog();

    public static Task<SingleNodeResult> RunAsync(
        string type, JsonObject parameters, Dictionary<string, NodeValue> inputs, IArtifactStore? store, JsonObject? runInputs = null, ITrialLedger? ledger = null)
    {
        NodeServices services = new(TimeProvider.System);
        services = ledger is null ? services : services.With(ledger);
        RunContext context = new()
        {
            RunId = "run",
            ProjectId = "default",
            Seed = 5,
            Inputs = (runInputs ?? []).ToDictionary(pair => pair.Key, pair => pair.Value),
        };
        return SingleNode.RunAsync(
            s_catalog, type, parameters, inputs, context, store is null ? services : services.With(store), null, CancellationToken.None);
    }

    public static Task<SingleNodeResult> RunWithAsync(string type, JsonObject parameters, Dictionary<string, NodeValue> inputs, NodeServices services) =>
        SingleNode.RunAsync(
            s_catalog, type, parameters, inputs, new RunContext { RunId = "run", ProjectId = "default", Seed = 5 }, services, null, CancellationToken.None);

    public static async Task<NodeException> FailAsync(string type, JsonObject parameters, params (string Port, NodeValue Value)[] inputs) =>
        await Assert.ThrowsAsync<NodeException>(
            () => RunAsync(type, parameters, inputs.ToDictionary(pair => pair.Port, pair => pair.Value), new FakeArtifactStore()));

    public static Table Bars(int symbolCount, int dayCount, int seed)
    {
        Random random = new(seed);
        int rowCount = symbolCount * dayCount;
        string[] symbols = new string[rowCount];
        int[] days = new int[rowCount];
        long[] open = new long[rowCount];
        long[] close = new long[rowCount];
        long[] volume = new long[rowCount];
        for (int i = 0, symbol = 0; symbol < symbolCount; symbol++)
        {
            long price = random.Next(500, 5000) * 100L;
            for (int day = 0; day < dayCount; day++, i++)
            {
                symbols[i] = $"{600000 + symbol:D6}.SH";
                days[i] = 19_000 + day;
                open[i] = Move(random, price);
                price = Move(random, open[i]);
                close[i] = price;
                volume[i] = 100_000;
            }
        }

        return new Table(
        [
            StringColumn.Create("symbol", symbols),
            DateColumn.Create("trading_date", days),
            DecimalColumn.Create("open", 4, open),
            DecimalColumn.Create("high", 4, open.Zip(close, Math.Max).ToArray()),
            DecimalColumn.Create("low", 4, open.Zip(close, Math.Min).ToArray()),
            DecimalColumn.Create("close", 4, close),
            Int64Column.Create("volume", volume),
        ]);
    }

    private static long Move(Random random, long price) =>
        Math.Max(100, (long)Math.Round(price * (0.98 + (random.NextDouble() * 0.0402)) / 100) * 100);

    private static NodeCatalog Catalog()
    {
        NodeCatalog catalog = new();
        TradingNodePack.AddTo(catalog);
        return catalog;
    }
}
