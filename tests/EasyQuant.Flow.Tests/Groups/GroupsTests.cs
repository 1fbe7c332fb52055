using System.Runtime.CompilerServices;
using System.Text;
using EasyQuant.Data;
using EasyQuant.Flow.Tests.Support;

namespace EasyQuant.Flow.Tests.Groups;

public sealed class GroupsTests
{
    private const string Read = """{"id":"read","replicas":2,"shards":4,"outputQueue":"rows","nodes":[{"id":"load","type":"Source"}]}""";
    private const string Relay = """{"id":"make","inputQueue":"rows","outputQueue":"made","nodes":[{"id":"t","type":"Double"}]}""";
    private const string Keep = """{"id":"keep","inputQueue":"made","nodes":[{"id":"save","type":"Sink"}]}""";

    [Fact]
    public void Validate_Chain_FindsNothing() => Assert.Empty(Validate($"[{Read},{Relay},{Keep}]"));

    [Theory]
    [InlineData("""[]""", "GROUPS_MISSING", "/groups")]
    [InlineData("""[{"id":"a","nodes":[{"id":"x","type":"Source"},{"id":"y","type":"Sink"}]},{"id":"a","nodes":[{"id":"x","type":"Source"},{"id":"y","type":"Sink"}]}]""", "DUPLICATE_GROUP_ID", "/groups/1/id")]
    [InlineData("""[{"id":"a","nodes":[{"id":"x","type":"Nope"},{"id":"y","type":"Sink"}]}]""", "UNKNOWN_NODE_TYPE", "/groups/0/nodes/0/type")]
    [InlineData("""[{"id":"a","nodes":[{"id":"x","type":"Value"},{"id":"y","type":"Sink"}]}]""", "NODE_CANNOT_STREAM", "/groups/0/nodes/0/type")]
    [InlineData("""[{"id":"a","nodes":[{"id":"x","type":"Source"},{"id":"x","type":"Sink"}]}]""", "DUPLICATE_NODE_ID", "/groups/0/nodes/1/id")]
    [InlineData("""[{"id":"a","nodes":[{"id":"x","type":"Double"},{"id":"y","type":"Sink"}]}]""", "GROUP_SOURCE_MISSING", "/groups/0/nodes")]
    [InlineData("""[{"id":"a","nodes":[{"id":"x","type":"Source"},{"id":"y","type":"Double"}]}]""", "GROUP_SINK_MISSING", "/groups/0/nodes")]
    [InlineData("""[{"id":"a","nodes":[{"id":"x","type":"Source"},{"id":"z","type":"Source"},{"id":"y","type":"Sink"}]}]""", "NODE_PLACE_INVALID", "/groups/0/nodes/1")]
    [InlineData("""[{"id":"a","shards":0,"nodes":[{"id":"x","type":"Source"},{"id":"y","type":"Sink"}]}]""", "PARAMETER_OUT_OF_RANGE", "/groups/0/shards")]
    [InlineData("""[{"id":"a","replicas":101,"nodes":[{"id":"x","type":"Source"},{"id":"y","type":"Sink"}]}]""", "PARAMETER_OUT_OF_RANGE", "/groups/0/replicas")]
    [InlineData("""[{"id":"a","threads":65,"nodes":[{"id":"x","type":"Source"},{"id":"y","type":"Sink"}]}]""", "PARAMETER_OUT_OF_RANGE", "/groups/0/threads")]
    [InlineData("""[{"id":"a","nodes":[{"id":"x","type":"Source"},{"id":"p","type":"MQProducer"}]}]""", "QUEUE_MISSING", "/groups/0/nodes/1")]
    [InlineData("""[{"id":"a","outputQueue":"q","nodes":[{"id":"x","type":"Source"}]},{"id":"b","inputQueue":"q","nodes":[{"id":"c","type":"MQConsumer","params":{"deserializer":"arrow"}},{"id":"y","type":"Sink"}]}]""", "SERIALIZER_MISMATCH", "/groups/1/nodes/0/params/deserializer")]
    [InlineData("""[{"id":"a","inputQueue":"q","outputQueue":"q","nodes":[]}]""", "CYCLE", "/groups")]
    [InlineData("""[{"id":"a","inputQueue":"p","outputQueue":"q","nodes":[]},{"id":"b","inputQueue":"q","outputQueue":"p","nodes":[]}]""", "CYCLE", "/groups")]
    [InlineData("""[{"id":"a","outputQueue":"q","nodes":[{"id":"x","type":"Source"}]},{"id":"c","outputQueue":"q","nodes":[{"id":"x","type":"Source"}]},{"id":"b","inputQueue":"q","nodes":[{"id":"y","type":"Sink"}]}]""", "QUEUE_WRITERS_MANY", "/groups/1/outputQueue")]
    [InlineData("""[{"id":"a","inputQueue":"q","nodes":[{"id":"y","type":"Sink"}]}]""", "QUEUE_WITHOUT_PRODUCER", "/groups/0/inputQueue")]
    [InlineData("""[{"id":"a","outputQueue":"q","nodes":[{"id":"x","type":"Source"}]}]""", "QUEUE_WITHOUT_CONSUMER", "/groups/0/outputQueue")]
    [InlineData("""[{"id":"a","outputQueue":"q","nodes":[{"id":"x","type":"Source"}]},{"id":"b","inputQueue":"q","shards":2,"nodes":[{"id":"y","type":"Sink"}]}]""", "SHARDS_NOT_ALLOWED", "/groups/1/shards")]
    [InlineData("""[{"id":"a","outputQueue":"q","nodes":[{"id":"x","type":"Source"},{"id":"p","type":"MQProducer","params":{"serializer":"json"}}]},{"id":"b","inputQueue":"q","nodes":[{"id":"y","type":"Sink"}]}]""", "SERIALIZER_MISMATCH", "/groups/0/nodes/1/params/serializer")]
    [InlineData("""[{"id":"a","outputQueue":"q","nodes":[{"id":"x","type":"Source"},{"id":"p","type":"MQProducer","params":{"topic":"other"}}]},{"id":"b","inputQueue":"q","nodes":[{"id":"y","type":"Sink"}]}]""", "QUEUE_MISMATCH", "/groups/0/nodes/1/params/topic")]
    [InlineData("""[{"id":"a","outputQueue":"q","nodes":[{"id":"x","type":"Source"}]},{"id":"b","inputQueue":"q","nodes":[{"id":"c","type":"MQConsumer","params":{"group":"g"}},{"id":"y","type":"Sink"}]},{"id":"d","inputQueue":"q","nodes":[{"id":"c","type":"MQConsumer","params":{"group":"g"}},{"id":"y","type":"Sink"}]}]""", "CONSUMER_GROUP_SHARED", "/groups/2")]
    [InlineData("""[{"id":"a","nodes":[{"id":"x","type":"Source","params":{"topic":"${run.id}"}},{"id":"y","type":"Sink"}]}]""", "EXPRESSION_INVALID", "/groups/0/nodes/0/params/topic")]
    public void Validate_OneFault_NamesReasonAndPlace(string groups, string reason, string pointer) =>
        Assert.Contains(Validate(groups), error => error.Reason == reason && error.Pointer == pointer);

    [Theory]
    [InlineData("""  "mqType":"kafka"  """, "BROKER_UNKNOWN", "/mqType")]
    [InlineData("""  "mqConfig":{"prefetch":301}  """, "PARAMETER_OUT_OF_RANGE", "/mqConfig/prefetch")]
    [InlineData("""  "mqConfig":{"colour":1}  """, "UNKNOWN_PARAMETER", "/mqConfig/colour")]
    [InlineData("""  "topics":[{"name":"q"},{"name":"q"}]  """, "DUPLICATE_TOPIC", "/topics/1/name")]
    [InlineData("""  "topics":[{"name":"q","serializer":"xml"}]  """, "SERIALIZER_UNKNOWN", "/topics/0/serializer")]
    [InlineData("""  "topics":[{"name":"other"}]  """, "QUEUE_UNUSED", "/topics/0")]
    [InlineData("""  "topics":[{"name":"q","lengthMax":1000001}]  """, "PARAMETER_OUT_OF_RANGE", "/topics/0/lengthMax")]
    [InlineData("""  "topics":[{"name":"q","chunkRowsMax":1000001}]  """, "PARAMETER_OUT_OF_RANGE", "/topics/0/chunkRowsMax")]
    [InlineData("""  "topics":[{"name":"q","chunkBytesMax":1023}]  """, "PARAMETER_OUT_OF_RANGE", "/topics/0/chunkBytesMax")]
    [InlineData("""  "topics":[{"name":"q","deliveriesMax":1001}]  """, "PARAMETER_OUT_OF_RANGE", "/topics/0/deliveriesMax")]
    public void Validate_FaultOfBrokerOrTopic_NamesReasonAndPlace(string member, string reason, string pointer)
    {
        const string groups = """[{"id":"a","outputQueue":"q","nodes":[{"id":"x","type":"Source"}]},{"id":"b","inputQueue":"q","nodes":[{"id":"y","type":"Sink"}]}]""";
        GroupsDefinition definition = GroupsJson.Parse(Encoding.UTF8.GetBytes($$"""{"schema":"easyquant/groups/1","name":"a",{{member}},"groups":{{groups}}}""")).Definition!;
        Assert.Contains(GroupsValidator.Validate(definition, Catalog()), error => error.Reason == reason && error.Pointer == pointer);
    }

    [Fact]
    public void Write_WhatWasRead_IsReadAgainAndEqualByteForByte()
    {
        byte[] first = GroupsJson.Write(Parse($"[{Read},{Relay},{Keep}]"));
        Assert.Equal(first, GroupsJson.Write(GroupsJson.Parse(first).Definition!));
    }

    [Theory]
    [InlineData("runners", GroupPlacement.Runners)]
    [InlineData("processes", GroupPlacement.Processes)]
    [InlineData("oneRunner", GroupPlacement.OneRunner)]
    public void Write_Placement_IsReadAgain(string text, GroupPlacement placement)
    {
        GroupsDefinition definition = Parse($$"""[{"id":"a","placement":"{{text}}"}]""");
        Assert.Equal(placement, Assert.Single(definition.Groups).Placement);
        Assert.Equal(placement, Assert.Single(GroupsJson.Parse(GroupsJson.Write(definition)).Definition!.Groups).Placement);
    }

    [Theory]
    [InlineData("""{"schema":"easyquant/groups/1","name":"a","groups":[{"id":"a","placement":"moon"}]}""", "GROUPS_JSON_MALFORMED")]
    [InlineData("""{"schema":"easyquant/groups/2","name":"a"}""", "SCHEMA_TOO_NEW")]
    [InlineData("""{"schema":"easyquant/groups/1","name":"a","colour":1}""", "UNKNOWN_FIELD")]
    [InlineData("""{"schema":"easyquant/groups/1","name":"a","groups":[{"id":"a","replicas":1.5}]}""", "GROUPS_JSON_MALFORMED")]
    public void Parse_WrongForm_NamesTheReason(string json, string reason) =>
        Assert.Equal(reason, Assert.Single(GroupsJson.Parse(Encoding.UTF8.GetBytes(json)).Errors).Reason);

    [Fact]
    public void Plan_GroupsThatRelay_KeepTheProducersOfTheirInput()
    {
        GroupsPlan plan = GroupsPlan.Create(Parse($$"""[{{Keep}},{{Relay}},{{Read}},{"id":"more","shards":3,"outputQueue":"rows","nodes":[{"id":"load","type":"Source"}]}]"""));
        Assert.Equal(["read", "more", "make", "keep"], plan.Order.Select(group => group.Id));
        Assert.Equal((7, 7, 4, 0), (plan.ProducerCount("rows"), plan.ProducerCount("made"), plan.FirstProducer("more"), plan.FirstProducer("read")));
    }

    [Theory]
    [InlineData(3, long.MaxValue, 3)]
    [InlineData(100, 240, 3)]
    [InlineData(100, 79, 1)]
    public async Task Chain_SlowSink_HoldsTheSourceBack(int window, long bytes, int expected)
    {
        int made = 0;
        // 80 bytes.
        var table = new Table([Float64Column.Create("x", new double[10])]);
        var source = new CountingSource(100, () => made++, table: table);
        var sink = new GatedSink(window, bytes: bytes, fullAt: expected);
        Task<long> lane = new StreamChain(source, [], sink).RunAsync(Execution(), CancellationToken.None);
        await sink.Full.Task.WaitAsync(TimeSpan.FromMinutes(4));
        Assert.InRange(made, expected, expected + 1);
        Assert.Equal(expected, sink.Sequences.Count);
        sink.Gate.SetResult();
        Assert.Equal(100, await lane.WaitAsync(TimeSpan.FromMinutes(4)));
        Assert.Equal(Enumerable.Range(0, 100).Select(i => (long)i), sink.Sequences);
    }

    [Fact]
    public async Task Chain_ChunkOfADeliveryFails_IsHandedBackAndTheLaneGoesOn()
    {
        var source = new CountingSource(5, () => { }, withDelivery: true);
        var sink = new GatedSink(window: 1, failAt: 2);
        sink.Gate.SetResult();
        StreamExecution execution = Execution();
        Assert.Equal(4, await new StreamChain(source, [], sink).RunAsync(execution, CancellationToken.None));
        Assert.Equal((1, 1L), (source.FailedCount, execution.ErrorCount));
        Assert.Equal([(5L, 0L), (4L, 1L)], execution.Stages.Select(stage => (stage.Chunks, stage.Errors)));
    }

    private static StreamExecution Execution() =>
        new(Flows.Run(), Flows.Services, new ProcessGroup { Id = "g" }, shard: 0, shardCount: 1);

    private static IReadOnlyList<FlowError> Validate(string groups) => GroupsValidator.Validate(Parse(groups), Catalog());

    private static GroupsDefinition Parse(string groups) =>
        GroupsJson.Parse(Encoding.UTF8.GetBytes($$"""{"schema":"easyquant/groups/1","name":"test","groups":{{groups}}}""")) is { Definition: { } definition } ? definition
        : throw new InvalidOperationException(groups);

    private static NodeCatalog Catalog()
    {
        NodeCatalog catalog = new TestNodes().Catalog;
        foreach ((string type, StreamRole role) in new[]
        {
            ("Source", StreamRole.Source), ("Double", StreamRole.Transform), ("Sink", StreamRole.Sink), ("MQConsumer", StreamRole.Source), ("MQProducer", StreamRole.Sink),
        })
        {
            catalog.Add<GroupNodeParameters>(
                new NodeDefinitionTemplate
                {
                    Type = type,
                    Title = new LocalizedText(type, type),
                    Category = "test",
                    Icon = "x",
                    Description = new LocalizedText(type, type),
                    StreamRole = role,
                },
                _ => throw new NotSupportedException());
        }

        return catalog;
    }

    private sealed class CountingSource(int count, Action onMade, bool withDelivery = false, Table? table = null) : IStreamSource, IStreamDelivery
    {
        public int FailedCount { get; private set; }

        public async IAsyncEnumerable<StreamChunk> StreamAsync(StreamExecution execution, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            for (int i = 0; i < count; i++)
            {
                await Task.Yield();
                onMade();
                yield return new StreamChunk(0, i, table ?? Table.Empty, withDelivery ? this : null);
            }
        }

        public ValueTask RunAsync(NodeExecution execution, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask AcknowledgeAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public ValueTask FailAsync(Exception exception, CancellationToken cancellationToken)
        {
            FailedCount++;
            return ValueTask.CompletedTask;
        }
    }

    private sealed class GatedSink(int window, int failAt = -1, long bytes = long.MaxValue, int fullAt = 1) : IStreamSink
    {
        public TaskCompletionSource Gate { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Full { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public List<long> Sequences { get; } = [];

        public int WindowMax => window;

        public long WindowBytesMax => bytes;

        public async Task<int> WriteAsync(StreamChunk chunk, StreamExecution execution, CancellationToken cancellationToken)
        {
            Sequences.Add(chunk.Sequence);
            if (Sequences.Count == fullAt)
            {
                Full.TrySetResult();
            }

            await Gate.Task;
            return chunk.Sequence == failAt ? throw new NodeException("TEST_FAILURE", "It does not fit.") : 1;
        }

        public ValueTask RunAsync(NodeExecution execution, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
