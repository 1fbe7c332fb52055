using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EasyQuant.EndToEnd.Telemetry;

/// <summary>Takes the metrics of services (OTLP, HTTP, protobuf) and keeps what they said. Thread-safe.</summary>
public sealed class MetricsReceiver : IAsyncDisposable
{
    // Kinds of the oneof `data` of a metric, by field number.
    private static readonly Dictionary<int, string> s_kinds = new() { [5] = "gauge", [7] = "sum", [9] = "histogram", [10] = "exponential histogram" };

    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, MetricSeen> _seen = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Metric, string Resource, string Attributes), long> _counts = new();
    private readonly ConcurrentDictionary<string, bool> _texts = new(StringComparer.Ordinal);

    public MetricsReceiver()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.MapPost("/v1/metrics", TakeAsync);
        _app.Start();
        Address = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
    }

    /// <summary>Where it listens.</summary>
    public string Address { get; }

    /// <summary>What a service needs to send its metrics here.</summary>
    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>
    {
        ["OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"] = Address + "/v1/metrics",
        ["OTEL_EXPORTER_OTLP_METRICS_PROTOCOL"] = "http/protobuf",
    };

    /// <summary>Every metric so far.</summary>
    public IReadOnlyCollection<MetricSeen> Seen => [.. _seen.Values];

    /// <summary>Counts of a counter or a histogram over all processes, of those points whose attributes contain a text.</summary>
    public long CountOf(string metric, string text) => _counts
        .Where(point => point.Key.Metric == metric && point.Key.Attributes.Contains(text, StringComparison.Ordinal)).Sum(point => point.Value);

    /// <summary>Every text that stood in a message, such as names, attributes and resources, and the bytes of the messages read as Latin-1.</summary>
    public string AllText() => string.Join('\n', _texts.Keys);

    /// <summary>Waits until a metric was sent.</summary>
    public Task WaitAsync(string name, CancellationToken cancellationToken) => Poll.UntilAsync(
        $"metric {name}", () => Task.FromResult((_seen.Values.Any(metric => metric.Name == name), string.Join(", ", _seen.Keys))), cancellationToken);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        byte[] bytes = body.ToArray();
        Keep(bytes);
        // ExportMetricsServiceRequest.resource_metrics.scope_metrics
        foreach ((_, byte[] resource) in Fields(bytes).Where(field => field.Number == 1))
        {
            string sender = string.Concat(Fields(resource).Where(field => field.Number == 1).Select(field => Encoding.Latin1.GetString(field.Bytes)));
            foreach ((_, byte[] scope) in Fields(resource).Where(field => field.Number == 2))
            {
                Read(scope, sender);
            }
        }

        context.Response.StatusCode = (int)HttpStatusCode.OK;
        context.Response.ContentType = "application/x-protobuf";
    }

    private void Read(byte[] scope, string sender)
    {
        List<(int Number, byte[] Bytes)> fields = [.. Fields(scope)];
        string meter = fields.Where(field => field.Number == 1).SelectMany(field => Fields(field.Bytes)).Where(field => field.Number == 1).Select(Text).FirstOrDefault("");
        foreach ((_, byte[] metric) in fields.Where(field => field.Number == 2))
        {
            List<(int Number, byte[] Bytes)> parts = [.. Fields(metric)];
            string Part(int number) => parts.Where(part => part.Number == number).Select(Text).FirstOrDefault("");
            string kind = parts.Select(part => s_kinds.GetValueOrDefault(part.Number)).FirstOrDefault(found => found is not null) ?? "none";
            _seen[string.Create(CultureInfo.InvariantCulture, $"{meter}/{Part(1)}")] = new MetricSeen(meter, Part(1), kind, Part(3));
            foreach ((int number, byte[] data) in parts.Where(part => part.Number is 7 or 9))
            {
                foreach ((_, byte[] point) in Fields(data).Where(field => field.Number == 1))
                {
                    (string attributes, long count) = number == 7 ? ReadPoint(point, attributesField: 7, countField: 6) : ReadPoint(point, attributesField: 9, countField: 4);
                    _counts[(Part(1), sender, attributes)] = count;
                }
            }
        }
    }

    // NumberDataPoint.as_int and HistogramDataPoint.count are eight fixed bytes; sums are cumulative, so the newest one counts.
    private static (string Attributes, long Count) ReadPoint(byte[] point, int attributesField, int countField)
    {
        var attributes = new StringBuilder();
        long count = 0;
        var input = new CodedInputStream(point);
        while (input.ReadTag() is var tag && tag != 0)
        {
            int number = (int)(tag >> 3);
            if ((tag & 7) == 1 && number == countField)
            {
                count = (long)input.ReadFixed64();
            }
            else if ((tag & 7) == 2 && number == attributesField)
            {
                attributes.Append(Encoding.Latin1.GetString(input.ReadBytes().ToByteArray())).Append('\n');
            }
            else
            {
                input.SkipLastField();
            }
        }

        return (attributes.ToString(), count);
    }

    // Latin-1 keeps every byte, so ASCII secrets are found wherever they stand. Numbers change with every message; printable runs repeat and are kept once.
    private void Keep(byte[] bytes)
    {
        var run = new StringBuilder();
        foreach (byte one in bytes.Append((byte)0))
        {
            if (one is >= 0x20 and < 0x7F)
            {
                run.Append((char)one);
                continue;
            }

            if (run.Length >= 6)
            {
                _texts[run.ToString()] = true;
            }

            run.Clear();
        }
    }

    private static string Text((int Number, byte[] Bytes) field) => Encoding.UTF8.GetString(field.Bytes);

    // Length-delimited fields of a message; others are skipped.
    private static IEnumerable<(int Number, byte[] Bytes)> Fields(byte[] message)
    {
        var input = new CodedInputStream(message);
        while (input.ReadTag() is var tag && tag != 0)
        {
            if ((tag & 7) == 2)
            {
                yield return ((int)(tag >> 3), input.ReadBytes().ToByteArray());
            }
            else
            {
                input.SkipLastField();
            }
        }
    }
}
