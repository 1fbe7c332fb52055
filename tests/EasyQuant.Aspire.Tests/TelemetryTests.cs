using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text.Json.Nodes;
using EasyQuant.ServiceDefaults;
using EasyQuant.ServiceDefaults.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry.Trace;

namespace EasyQuant.Aspire.Tests;

/// <summary>What spans carry below a run, and what is measured by them.</summary>
[Collection("hosting")]
public sealed class TelemetryTests : IDisposable
{
    private readonly ActivitySource _source = new("EasyQuant.TelemetryTests");
    private readonly ConcurrentBag<(string Name, double Value, Dictionary<string, object?> Tags)> _measured = [];
    private readonly MeterListener _listener = new();
    private readonly IHost _host;

    public TelemetryTests()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.ConfigureOpenTelemetry();
        _host = builder.Build();
        _ = _host.Services.GetRequiredService<TracerProvider>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "EasyQuant.Work")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => _measured.Add((instrument.Name, value, Read(tags))));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => _measured.Add((instrument.Name, value, Read(tags))));
        _listener.Start();
    }

    public void Dispose()
    {
        _listener.Dispose();
        _host.Dispose();
        _source.Dispose();
    }

    [Fact]
    public void Spans_BelowARun_CarryItsIdsInProcessAndAcross()
    {
        using Activity run = Start("run daily", ActivityKind.Consumer)!;
        run.SetTag("easyquant.run_id", "r1");
        using Activity node = Start("node Delay")!;
        node.SetTag("easyquant.step_id", "s1");
        using Activity call = Start("call", ActivityKind.Client)!;

        Assert.Equal(("r1", "s1"), Ids(call));
        var carrier = new Dictionary<string, string>();
        DistributedContextPropagator.CreateDefaultPropagator().Inject(call, carrier, (to, name, value) => ((Dictionary<string, string>)to!)[name] = value);
        Assert.Contains(carrier, header => header.Value.Contains("r1", StringComparison.Ordinal));

        // The other process: a parent that is known by headers only.
        Activity.Current = null;
        using var remote = new Activity("remote");
        remote.SetParentId(call.TraceId, call.SpanId, ActivityTraceFlags.Recorded);
        foreach ((string key, string? value) in DistributedContextPropagator.CreateDefaultPropagator().ExtractBaggage(
            carrier, (object? from, string name, out string? one, out IEnumerable<string>? many) => (one, many) = (((Dictionary<string, string>)from!).GetValueOrDefault(name), null)) ?? [])
        {
            remote.AddBaggage(key, value);
        }

        remote.Start();
        using Activity served = Start("served")!;
        Assert.Equal(("r1", "s1"), Ids(served));
    }

    [Fact]
    public void Spans_OfRunsStepsAndMessages_AreMeasured()
    {
        using (Activity run = Start("run daily", ActivityKind.Consumer)!)
        {
            run.SetTag("easyquant.state", "SUCCEEDED");
            Start("node Delay")!.Dispose();
            using Activity failed = Start("node Saver")!;
            failed.SetStatus(ActivityStatusCode.Error);
        }

        using (Activity message = Start("process runs", ActivityKind.Consumer)!)
        {
            message.SetTag("messaging.system", "rabbitmq").SetTag("messaging.destination.name", "runs");
        }

        Assert.Equal([1.0, -1.0], _measured.Where(m => m.Name == "easyquant.run.active").Select(m => m.Value).OrderDescending());
        Assert.Equal("SUCCEEDED", Assert.Single(_measured, m => m.Name == "easyquant.run.duration").Tags["easyquant.state"]);
        Assert.Equal(
            ["Delay ok", "Saver error"],
            _measured.Where(m => m.Name == "easyquant.step.duration").Select(m => $"{m.Tags["easyquant.node_type"]} {m.Tags["easyquant.outcome"]}").Order());
        Assert.Equal("runs", Assert.Single(_measured, m => m.Name == "messaging.process.duration").Tags["messaging.destination.name"]);
    }

    [Fact]
    public void Messages_OfAChildProcess_ArriveAtTheServiceWithTheirCountAndSum()
    {
        using var measures = new ChildMeasures();
        double[] seconds = [0, 0.0004, 0.02, 0.02, 0.5, 3_000];
        foreach (double one in seconds)
        {
            measures.OnEnd(Message(ActivityKind.Consumer, "bars", one, ActivityStatusCode.Ok));
            measures.OnEnd(Message(ActivityKind.Producer, "bars", one, ActivityStatusCode.Ok));
        }

        measures.OnEnd(Message(ActivityKind.Producer, "bars", 1, ActivityStatusCode.Error));
        ChildMeasures.Record(JsonNode.Parse(measures.Take()!.ToJsonString())!.AsArray());

        Assert.Null(measures.Take());
        double[] processed = [.. _measured.Where(m => m.Name == "messaging.process.duration").Select(m => m.Value).Order()];
        Assert.Equal(seconds.Length, processed.Length);
        Assert.Equal(seconds.Sum(), processed.Sum(), 1e-6);
        Assert.All(seconds.Skip(1).SkipLast(1).Zip(processed.Skip(1)), pair => Assert.Equal(pair.First, pair.Second, pair.First / 5));
        Assert.Equal(
            ["bars error 1", "bars ok 6"],
            _measured.Where(m => m.Name == "messaging.client.sent.messages")
                .Select(m => FormattableString.Invariant($"{m.Tags["messaging.destination.name"]} {m.Tags["easyquant.outcome"]} {m.Value}")).Order());
    }

    private static Activity Message(ActivityKind kind, string destination, double seconds, ActivityStatusCode status)
    {
        using var source = new ActivitySource("EasyQuant.ChildTests");
        using var listener = new ActivityListener { ShouldListenTo = one => one == source, Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData };
        ActivitySource.AddActivityListener(listener);
        DateTime start = new(2026, 1, 5, 0, 0, 0, DateTimeKind.Utc);
        Activity span = source.CreateActivity("message", kind)!;
        span.SetStartTime(start).SetTag("messaging.system", "rabbitmq").SetTag("messaging.operation.name", "x").SetTag("messaging.destination.name", destination);
        span.SetStatus(status).SetEndTime(start.AddSeconds(seconds));
        return span;
    }

    private Activity? Start(string name, ActivityKind kind = ActivityKind.Internal) => _source.StartActivity(name, kind);

    private static (string?, string?) Ids(Activity span) => ((string?)span.GetTagItem("easyquant.run_id"), (string?)span.GetTagItem("easyquant.step_id"));

    private static Dictionary<string, object?> Read(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var read = new Dictionary<string, object?>();
        foreach ((string name, object? value) in tags)
        {
            read[name] = value;
        }

        return read;
    }
}
