using System.Diagnostics;
using System.Text.Json.Nodes;
using EasyQuant.Data;
using EasyQuant.Flow;
using EasyQuant.Nodes;

namespace EasyQuant.Bench.Pipeline;

/// <summary>The node <c>FactorCalc</c> alone on one chunk, against the loop by hand; both give a table with two columns more.</summary>
internal static class PipelineFactors
{
    private const int Repeats = 50;

    /// <summary>Measures both in turns.</summary>
    /// <returns>Seconds a round of each, and the rows and bytes of a round.</returns>
    public static async Task<(List<double> Ours, List<double> Bare, long Rows, long Bytes)> MeasureAsync(Table chunk, int rounds, CancellationToken cancellationToken)
    {
        NodeCatalog catalog = AllNodePacks.CreateCatalog();
        var parameters = (JsonObject)JsonNode.Parse(PlatformPipeline.Factors)!;
        var ours = new List<double>();
        var bare = new List<double>();
        for (int round = 0; round <= rounds; round++)
        {
            double node = 0;
            double hand = 0;
            for (int i = 0; i < Repeats; i++)
            {
                long start = Stopwatch.GetTimestamp();
                Table byNode = await NodeAsync(catalog, parameters, chunk, cancellationToken);
                node += Stopwatch.GetElapsedTime(start).TotalSeconds;
                start = Stopwatch.GetTimestamp();
                Table byHand = BarePipeline.WithFactors(chunk);
                hand += Stopwatch.GetElapsedTime(start).TotalSeconds;
                if (byNode.Columns.Count != byHand.Columns.Count)
                {
                    throw new InvalidOperationException("The tables do not agree.");
                }
            }

            // The first round warms up.
            if (round > 0)
            {
                ours.Add(node);
                bare.Add(hand);
            }
        }

        return (ours, bare, (long)chunk.RowCount * Repeats, chunk.EstimatedBytes * Repeats);
    }

    private static ValueTask<Table> NodeAsync(NodeCatalog catalog, JsonObject parameters, Table chunk, CancellationToken cancellationToken)
    {
        var node = (IStreamTransform)catalog.Create("FactorCalc", (JsonObject)parameters.DeepClone());
        var run = new RunContext { RunId = "bench", ProjectId = "default", Epoch = 1 };
        return node.StreamAsync(chunk, new StreamExecution(run, new NodeServices(TimeProvider.System), new ProcessGroup { Id = "save" }, shard: 0, shardCount: 1), cancellationToken);
    }
}
