using EasyQuant.Samples.Market;

namespace EasyQuant.Samples.Demo;

/// <summary>Brings the synthetic market and the sample workflows to a platform.</summary>
public static class SampleData
{
    /// <summary>Seed of the market that the expected results belong to.</summary>
    public const long Seed = 7;

    /// <summary>Symbols of that market.</summary>
    public const int SymbolCount = 50;

    /// <summary>Trading days of that market.</summary>
    public const int DayCount = 500;

    /// <summary>Folder of the market below the project's folder.</summary>
    public const string Folder = "market";

    /// <summary>Names of the workflow files, callees first.</summary>
    public static IReadOnlyList<string> Workflows { get; } = ["backtest-strategy", "daily-pipeline", "sma-sweep", "order-targets"];

    /// <summary>Reads a sample workflow as it is shipped.</summary>
    /// <param name="name">Name of the workflow.</param>
    /// <returns>Workflow file.</returns>
    public static string ReadWorkflow(string name) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "workflows", name + ".json"));

    /// <summary>Uploads the market and stores the workflows. Repeating it changes nothing.</summary>
    /// <param name="client">The platform.</param>
    /// <param name="cancellationToken">Stops between two files.</param>
    /// <returns>The market that was uploaded.</returns>
    public static async Task<SyntheticMarket> PrepareAsync(PlatformClient client, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        SyntheticMarket market = SyntheticMarket.Generate(Seed, SymbolCount, DayCount);
        foreach (SampleFile file in market.Files)
        {
            await client.UploadAsync($"{Folder}/{file.Path}", file.Content, cancellationToken);
        }

        foreach (string name in Workflows)
        {
            await client.StoreWorkflowAsync(ReadWorkflow(name), cancellationToken);
        }

        return market;
    }
}
