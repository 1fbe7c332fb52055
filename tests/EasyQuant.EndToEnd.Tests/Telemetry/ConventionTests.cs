using System.Text.Json;

namespace EasyQuant.EndToEnd.Telemetry;

/// <summary>Names of attributes on spans of the running platform, held against OpenTelemetry's conventions for http, rpc, messaging and db.</summary>
[Collection(PlatformCollection.Name)]
public sealed class ConventionTests(PlatformFixture platform)
{
    private const int Server = 2;
    private const int Client = 3;
    private const int Producer = 4;
    private const int Consumer = 5;
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(5);

    // Names that the conventions have given up, and those of the libraries themselves.
    private static readonly string[] s_forbidden =
    [
        "messaging.operation", "messaging.message_id", "messaging.destination", "db.statement", "db.system", "db.name", "db.user", "net.peer.name", "http.method",
        "http.status_code", "http.url", "grpc.method", "grpc.status_code", "db.connection_string",
    ];

    [Fact]
    public async Task Spans_OfARun_HaveTheAttributesOfTheConventions()
    {
        using CancellationTokenSource deadline = new(s_deadline);
        using DashboardTraces dashboard = await DashboardTraces.OpenAsync(platform, deadline.Token);
        JsonElement run = await new RestRuns(platform).RunAsync("daily-pipeline", [], deadline.Token);
        IReadOnlyList<TraceSpan> spans = await dashboard.WaitAsync(
            run.GetProperty("traceId").GetString()!,
            "spans of every kind",
            all => IsEveryKindThere(all) && all.Any(span => span.Name == "run daily-pipeline"),
            deadline.Token);

        string[] faults = [.. spans.SelectMany(Faults).Distinct()];
        Assert.True(faults.Length == 0, string.Join('\n', faults));
    }

    private static bool IsEveryKindThere(List<TraceSpan> spans) =>
        spans.Any(span => IsRpc(span) && span.Kind == Client) && spans.Any(span => IsRpc(span) && span.Kind == Server)
        && spans.Any(span => IsMessage(span) && span.Kind == Producer) && spans.Any(span => IsMessage(span) && span.Kind == Consumer)
        && spans.Any(IsStatement);

    private static bool IsRpc(TraceSpan span) => span.Attributes.ContainsKey("rpc.system");

    private static bool IsMessage(TraceSpan span) => span.Attributes.ContainsKey("messaging.system");

    private static bool IsStatement(TraceSpan span) => span.Attributes.ContainsKey("db.system.name");

    private static IEnumerable<string> Faults(TraceSpan span)
    {
        IEnumerable<string> faults = s_forbidden.Where(span.Attributes.ContainsKey).Select(name => $"has {name}");
        if (IsRpc(span))
        {
            faults = faults
                .Concat(Missing(span, "rpc.service", "rpc.method", "rpc.grpc.status_code", span.Kind == Client ? "server.address" : "rpc.system"))
                .Concat(Wrong(span, span.Of("rpc.system") == "grpc" && span.Name == $"{span.Of("rpc.service")}/{span.Of("rpc.method")}" && span.Kind is Client or Server));
        }
        else if (IsMessage(span))
        {
            (string name, string type) = span.Kind == Producer ? ("publish", "send") : ("process", "process");
            faults = faults.Concat(Missing(span, "messaging.destination.name", "messaging.message.id", "messaging.rabbitmq.destination.routing_key", span.Kind == Producer ? "server.address" : "messaging.system"))
                .Concat(Wrong(
                    span,
                    span.Of("messaging.system") == "rabbitmq" && span.Of("messaging.operation.name") == name && span.Of("messaging.operation.type") == type
                    && span.Name.StartsWith(name + " ", StringComparison.Ordinal) && span.Kind is Producer or Consumer));
        }
        else if (IsStatement(span))
        {
            faults = faults.Concat(Missing(span, "db.namespace", "db.query.text", "server.address"))
                .Concat(Wrong(span, span.Of("db.system.name") == "postgresql" && span.Kind == Client));
        }
        else if (span.Kind == Server)
        {
            faults = faults.Concat(Missing(span, "http.request.method", "http.response.status_code", "http.route", "url.path", "url.scheme"));
        }

        return faults.Select(fault => $"{span.Service}: {span.Name} {fault}; it has {string.Join(", ", span.Attributes.Keys.Order(StringComparer.Ordinal))}");
    }

    private static IEnumerable<string> Missing(TraceSpan span, params string[] names) =>
        names.Where(name => span.Of(name).Length == 0).Select(name => $"has no {name}");

    private static IEnumerable<string> Wrong(TraceSpan span, bool isRight) =>
        isRight ? [] : [$"of kind {span.Kind} says {string.Join(", ", span.Attributes.Select(one => $"{one.Key}={one.Value}"))}"];
}
