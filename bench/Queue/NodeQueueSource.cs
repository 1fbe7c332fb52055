using System.Runtime.CompilerServices;
using EasyQuant.Flow;

namespace EasyQuant.Bench.Queue;

/// <summary>Gives the same table again and again.</summary>
internal sealed class NodeQueueSource : IStreamSource
{
    public const string Type = "BenchSource";

    public static void AddTo(NodeCatalog catalog) => catalog.Add<NoParameters>(
        new NodeDefinitionTemplate
        {
            Type = Type,
            Title = new LocalizedText("Chunks at hand", "现成数据块"),
            Category = "messaging",
            Icon = "box",
            Description = new LocalizedText("Gives one table again and again.", "反复给出同一张表。"),
            Outputs = [new PortDefinition("table", PortType.Table, new LocalizedText("Table", "表"))],
            StreamRole = StreamRole.Source,
        },
        _ => new NodeQueueSource());

    public ValueTask RunAsync(NodeExecution execution, CancellationToken cancellationToken) => throw new NotSupportedException("It streams only.");

    public async IAsyncEnumerable<StreamChunk> StreamAsync(StreamExecution execution, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        NodeQueueLoad load = execution.Services.Require<NodeQueueLoad>("a load");
        yield return new StreamChunk(execution.Shard, 0, load.Table);
        await load.Ready.WaitAsync(TimeSpan.FromSeconds(60), cancellationToken);
        load.Start();
        for (int i = 1; i <= load.Count; i++)
        {
            yield return new StreamChunk(execution.Shard, i, load.Table);
        }
    }
}
