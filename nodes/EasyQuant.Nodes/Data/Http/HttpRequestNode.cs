using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using EasyQuant.Data;
using EasyQuant.Domain;
using EasyQuant.Flow;
using EasyQuant.Nodes.Hosting;
using static EasyQuant.Nodes.Data.HttpParts;

namespace EasyQuant.Nodes.Data;

/// <summary>Calls an HTTP server and gives its answer as JSON, text, a table or a file.</summary>
public sealed class HttpRequestNode : INodeHandler
{
    private const int BodyPort = 0;
    private const int TablePort = 1;
    private const int ResponsePort = 2;
    private readonly HttpRequestParameters _parameters;

    private HttpRequestNode(HttpRequestParameters parameters) => _parameters = parameters;

    /// <summary>Adds the node type <c>HttpRequest</c> to a catalog.</summary>
    public static void AddTo(NodeCatalog catalog) => catalog.Add<HttpRequestParameters>(
        new NodeDefinitionTemplate
        {
            Type = "HttpRequest",
            Title = new LocalizedText("HTTP request", "HTTP 请求"),
            Category = "data",
            Icon = "globe",
            Description = new LocalizedText(
                "Calls an HTTP server within limits of rate, time and size; the answer comes as JSON, text, bars or a file.", "在速率、时间与大小限制内调用 HTTP 服务；响应以 JSON、文本、行情或文件形式输出。"),
            Inputs = [new PortDefinition("after", PortType.Json, new LocalizedText("After", "在其后"), Required: false)],
            Outputs =
            [
                new PortDefinition("body", PortType.Json, new LocalizedText("Body", "响应体")),
                new PortDefinition("table", PortType.Table, new LocalizedText("Rows", "行")),
                new PortDefinition("response", PortType.Json, new LocalizedText("Response", "响应")),
            ],
        },
        Create);

    /// <summary>Sends the request. What the server may cure by waiting (408, 425, 429, 5xx, no connection, time out) is transient: the step's retry policy repeats it.</summary>
    /// <exception cref="NodeException">
    /// <c>SERVICE_NOT_AVAILABLE</c>, <c>PARAMETER_TYPE</c>, <c>HTTP_URL_INVALID</c>, <c>HTTP_HEADER_INVALID</c>, <c>HTTP_ADDRESS_FORBIDDEN</c>, <c>HTTP_FAILED</c>,
    /// <c>HTTP_TIMEOUT</c>, <c>HTTP_BUSY</c>, <c>HTTP_TOO_LARGE</c>, <c>HTTP_STATUS</c>, <c>HTTP_REDIRECTED</c>, <c>HTTP_BODY_INVALID</c>, <c>SECRET_NOT_FOUND</c>,
    /// <c>SECRET_HOST_FORBIDDEN</c>, <c>SECRET_VALUE_INVALID</c>, <c>SECRET_UNREADABLE</c>, <c>SECRETS_NOT_CONFIGURED</c>, a reason of <see cref="CsvReasons"/>, or of the data directory.
    /// </exception>
    public async ValueTask RunAsync(NodeExecution execution, CancellationToken cancellationToken)
    {
        HttpDoor door = execution.Services.Require<HttpDoor>("a way to HTTP servers");
        using HttpRequestMessage request = Request(execution);
        Uri url = request.RequestUri!;
        NodeHeaders headers = NodeHeaders.Read(execution, _parameters.Headers);
        HttpAnswer answer = await headers.SendAsync(
            door, request, _parameters.RequestsPerSecond, _parameters.BytesMax, TimeSpan.FromSeconds(_parameters.TimeoutSeconds), cancellationToken);
        if (headers.HasSecrets && answer.Status is >= 300 and <= 399)
        {
            throw new NodeException("HTTP_REDIRECTED", $"{Shown(url)} answered {answer.Status}: a request with a secret follows no redirect; set url to where it leads.");
        }

        if (answer.Status is < 200 or > 299)
        {
            throw new NodeException("HTTP_STATUS", $"{Shown(url)} answered {answer.Status}: {Excerpt(answer.Body)}", IsTransient(answer.Status));
        }

        if (_parameters.SaveAs is { } saveAs)
        {
            Save(execution, Text(execution, saveAs, "saveAs"), answer.Body, cancellationToken);
        }

        int rows = SetOutputs(execution, answer, url, headers.Mask);
        execution.SetOutput(ResponsePort, new JsonObject
        {
            ["url"] = Shown(url), ["status"] = answer.Status, ["content_type"] = answer.ContentType, ["bytes"] = answer.Body.Length,
        });
        execution.Report(new StepMetrics(0, rows));
    }

    private static HttpRequestNode Create(HttpRequestParameters parameters)
    {
        if (parameters.Method == HttpMethodName.Get && parameters.Body is not null)
        {
            throw new NodeException("PARAMETER_OUT_OF_RANGE", "body: a GET request has none; use POST.");
        }

        if (parameters.RowsAt.Length > 0 && parameters.RowsAt[0] != '/')
        {
            throw new NodeException("PARAMETER_OUT_OF_RANGE", $"rowsAt: a JSON pointer starts with '/', got '{parameters.RowsAt}'.");
        }

        return parameters.Form != HttpContentForm.File || parameters.SaveAs is not null
            ? new HttpRequestNode(parameters)
            : throw new NodeException("PARAMETER_OUT_OF_RANGE", "saveAs: form 'file' keeps the answer as a file, so its name is needed.");
    }

    private static void Save(NodeExecution execution, string path, byte[] body, CancellationToken cancellationToken)
    {
        IDataSink sink = execution.Services.Files as IDataSink ?? execution.Services.Require<IDataSink>("a data directory that can be written");
        sink.Replace(path, stream => stream.Write(body), cancellationToken);
    }

    private HttpRequestMessage Request(NodeExecution execution)
    {
        var request = new HttpRequestMessage(new HttpMethod(_parameters.Method.ToString().ToUpperInvariant()), Url(execution));
        if (_parameters.Method != HttpMethodName.Get)
        {
            request.Headers.TryAddWithoutValidation("Idempotency-Key", execution.EffectKey);
        }

        if (_parameters.Body is { } body)
        {
            request.Content = new StringContent(execution.Evaluate(body)?.ToJsonString() ?? "null", Encoding.UTF8, "application/json");
        }

        return request;
    }

    private Uri Url(NodeExecution execution)
    {
        string text = Text(execution, _parameters.Url, "url");
        var query = new StringBuilder();
        foreach ((string name, string value) in Pairs(execution, _parameters.Query, "query"))
        {
            query.Append(query.Length == 0 && !text.Contains('?', StringComparison.Ordinal) ? '?' : '&').Append(Uri.EscapeDataString(name)).Append('=').Append(Uri.EscapeDataString(value));
        }

        return HttpParts.Url(text + query, text);
    }

    private int SetOutputs(NodeExecution execution, HttpAnswer answer, Uri url, SecretMask mask)
    {
        switch (_parameters.Form)
        {
            case HttpContentForm.Json:
                JsonNode? json = mask.Apply(Parse(answer.Body, url));
                execution.SetOutput(BodyPort, json);
                return SetRows(execution, json, url);
            case HttpContentForm.Text:
                execution.SetOutput(BodyPort, JsonValue.Create(mask.Apply(EncodingOf(answer.Charset, url).GetString(answer.Body))));
                execution.SkipOutput(TablePort);
                return 0;
            case HttpContentForm.Bars:
                Table bars = Bars(execution, answer.Body, url);
                execution.SkipOutput(BodyPort);
                execution.SetOutput(TablePort, bars);
                return bars.RowCount;
            default:
                execution.SkipOutput(BodyPort);
                execution.SkipOutput(TablePort);
                return 0;
        }
    }

    private int SetRows(NodeExecution execution, JsonNode? json, Uri url)
    {
        JsonNode? rows = At(json, url);
        if (rows is not JsonArray list || (_parameters.RowsAt.Length == 0 && list.Any(row => row is not JsonObject)))
        {
            if (_parameters.RowsAt.Length > 0)
            {
                throw new NodeException("HTTP_BODY_INVALID", $"{Shown(url)}: rowsAt '{_parameters.RowsAt}' names {rows?.GetValueKind().ToString() ?? "null"}, expected a list of objects.");
            }

            execution.SkipOutput(TablePort);
            return 0;
        }

        try
        {
            Table table = TableJson.FromRows(list);
            execution.SetOutput(TablePort, table);
            return table.RowCount;
        }
        catch (FormatException e) when (_parameters.RowsAt.Length == 0)
        {
            // Nobody asked for rows; the value itself is whole.
            execution.SkipOutput(TablePort);
            _ = e;
            return 0;
        }
        catch (FormatException e)
        {
            throw new NodeException("HTTP_BODY_INVALID", $"{Shown(url)}: {e.Message}", transient: false, e);
        }
    }

    private JsonNode? At(JsonNode? json, Uri url)
    {
        foreach (string part in _parameters.RowsAt.Split('/').Skip(1))
        {
            string name = part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            json = json switch
            {
                JsonObject item when item.TryGetPropertyValue(name, out JsonNode? value) => value,
                JsonArray list when int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int index) && index < list.Count => list[index],
                _ => throw new NodeException("HTTP_BODY_INVALID", $"{Shown(url)}: the answer has nothing at '{_parameters.RowsAt}'."),
            };
        }

        return json;
    }

    private static JsonNode? Parse(byte[] body, Uri url)
    {
        try
        {
            return JsonNode.Parse(body.AsSpan().StartsWith("\uFEFF"u8) ? body.AsSpan(3) : body);
        }
        catch (JsonException e)
        {
            throw new NodeException("HTTP_BODY_INVALID", $"{Shown(url)}: the answer is not JSON: {e.Message}", transient: false, e);
        }
    }

    private static Encoding EncodingOf(string charset, Uri url)
    {
        try
        {
            return charset.Length == 0 ? Encoding.UTF8 : Encoding.GetEncoding(charset);
        }
        catch (ArgumentException e)
        {
            throw new NodeException("HTTP_BODY_INVALID", $"{Shown(url)}: the charset '{charset}' is not known here.", transient: false, e);
        }
    }

    private Table Bars(NodeExecution execution, byte[] body, Uri url)
    {
        Symbol? symbol = null;
        if (_parameters.Symbol is { } template)
        {
            string text = Text(execution, template, "symbol");
            symbol = Symbol.TryNormalize(text, out Symbol known) ? known : throw new NodeException("PARAMETER_OUT_OF_RANGE", $"symbol: `{text}` is no known spelling of a symbol.");
        }

        try
        {
            return CsvBars.Read(body, new CsvBarOptions { FallbackSymbol = symbol }).Table;
        }
        catch (CsvException e)
        {
            throw new NodeException(e.Reason, $"{Shown(url)}: {e.Message}", transient: false, e);
        }
    }
}
