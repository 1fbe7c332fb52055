using System.Text.Json.Nodes;
using EasyQuant.Flow;

namespace EasyQuant.Nodes.Tests.Control;

/// <summary>Nodes that misbehave as told.</summary>
internal static class FakeNodes
{
    public static void AddTo(NodeCatalog catalog, FakeFailures failures)
    {
        Add<NumberParameters>(catalog, "FailTens", (e, p, _) =>
        {
            if (p.N % 10 == 0)
            {
                throw new NodeException("TEN", $"{p.N} is a multiple of ten.");
            }

            e.SetOutput(0, JsonValue.Create(p.N));
            return ValueTask.CompletedTask;
        });
        Add<NoParameters>(catalog, "Flaky", (e, _, _) =>
        {
            failures.Next();
            e.SetOutput(0, JsonValue.Create(1));
            return ValueTask.CompletedTask;
        });
        Add<NoParameters>(catalog, "Sleep", async (_, _, token) => await Task.Delay(Timeout.InfiniteTimeSpan, token));
    }

    private static void Add<T>(NodeCatalog catalog, string type, Func<NodeExecution, T, CancellationToken, ValueTask> run)
        where T : class
    {
        var text = new LocalizedText("Text", "文本");
        catalog.Add<T>(
            new NodeDefinitionTemplate
            {
                Type = type,
                Title = text,
                Category = "control",
                Icon = "box",
                Description = text,
                Outputs = [new PortDefinition("value", PortType.Json, text)],
            },
            parameters => new Handler<T>(parameters, run));
    }

    public sealed record NumberParameters
    {
        public required int N { get; init; }
    }

    private sealed class Handler<T>(T parameters, Func<NodeExecution, T, CancellationToken, ValueTask> run) : INodeHandler
    {
        public ValueTask RunAsync(NodeExecution execution, CancellationToken cancellationToken) => run(execution, parameters, cancellationToken);
    }
}
