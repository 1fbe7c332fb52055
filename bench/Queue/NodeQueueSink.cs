using EasyQuant.Flow;

namespace EasyQuant.Bench.Queue;

/// <summary>Acknowledges what it gets and leaves no other trace.</summary>
internal sealed class NodeQueueSink : IStreamSink
{
    public const string Type = "BenchSink";

    public int WindowMax => QueueBench.WindowMax;

    public static void AddTo(NodeCatalog catalog) => catalog.Add<NoParameters>(
        new NodeDefinitionTemplate
        {
            Type = Type,
            Title = new LocalizedText("Chunks dropped", "丢弃数据块"),
            Category = "messaging",
            Icon = "trash",
            Description = new LocalizedText("Acknowledges chunks.", "确认数据块。"),
            Inputs = [new PortDefinition("table", PortType.Table, new LocalizedText("Table", "表"))],
            HasEffects = true,
            StreamRole = StreamRole.Sink,
        },
        _ => new NodeQueueSink());

    public ValueTask RunAsync(NodeExecution execution, CancellationToken cancellationToken) => throw new NotSupportedException("It streams only.");

    public async Task<int> WriteAsync(StreamChunk chunk, StreamExecution execution, CancellationToken cancellationToken)
    {
        await chunk.Delivery!.AcknowledgeAsync(cancellationToken);
        execution.Services.Require<NodeQueueLoad>("a load").Consumed();
        return 1;
    }
}
