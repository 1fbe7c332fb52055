using EasyQuant.Flow;

namespace EasyQuant.Nodes.Data;

/// <summary>Parameters of <see cref="HttpRequestNode"/>.</summary>
public sealed record HttpRequestParameters
{
    /// <summary>Absolute URL, http or https, without user and password; expressions allowed.</summary>
    [Title("URL", "网址")]
    [Hint("Absolute, http or https; expressions such as ${inputs.symbol} allowed.", "绝对网址，http 或 https；可用 ${inputs.symbol} 等表达式。")]
    public required JsonTemplate Url { get; init; }

    /// <summary>Verb. Default GET.</summary>
    [Title("Method", "方法")]
    public HttpMethodName Method { get; init; }

    /// <summary>Object of texts, numbers or truth values that is added to the URL as query; names and values are escaped. Default none.</summary>
    [Title("Query", "查询参数")]
    [Hint("JSON object; names and values are escaped.", "JSON 对象；名称与值会自动转义。")]
    public JsonTemplate? Query { get; init; }

    /// <summary>Object of texts sent as headers; a member may refer to a secret of the project (<see cref="SecretReference"/>). Default none.</summary>
    [Title("Headers", "请求头")]
    [Hint("JSON object of texts; {\"secret\": \"name\", \"prefix\": \"Bearer \"} sends a secret of the project. Definitions are stored and shown, so write no secret here.", "文本 JSON 对象；{\"secret\": \"名称\", \"prefix\": \"Bearer \"} 发送项目密钥。定义会被保存和展示，请勿直接填写密钥。")]
    [SecretReferences]
    public JsonTemplate? Headers { get; init; }

    /// <summary>JSON value sent as body; not with GET. Default none.</summary>
    [Title("Body", "请求体")]
    public JsonTemplate? Body { get; init; }

    /// <summary>What the answer is read as. Default JSON.</summary>
    [Title("Answer", "响应格式")]
    public HttpContentForm Form { get; init; }

    /// <summary>JSON pointer (RFC 6901) of the rows inside a JSON answer, for example <c>/data/items</c>. Default the whole answer.</summary>
    [Title("Rows at", "行所在位置")]
    [Hint("JSON pointer of the list of rows, for example /data/items.", "行列表的 JSON 指针，例如 /data/items。")]
    [TextLength(0, 500)]
    public string RowsAt { get; init; } = "";

    /// <summary>Symbol of the bars when a CSV answer has no column for it; expressions allowed. Default none.</summary>
    [Title("Symbol", "证券代码")]
    public JsonTemplate? Symbol { get; init; }

    /// <summary>File below the data directory that the body is kept as, replaced when it exists; expressions allowed. Default none.</summary>
    [Title("Save as", "保存为")]
    [Hint("File below the data directory (.csv, .arrow, .feather, .parquet).", "数据目录下的文件（.csv、.arrow、.feather、.parquet）。")]
    public JsonTemplate? SaveAs { get; init; }

    /// <summary>Requests a second to this server, over all steps of the process that name a rate; 0 (default) means no own rate. A Retry-After of the server is kept in any case.</summary>
    [Title("Requests per second", "每秒请求数")]
    [Bounds(0, 10_000)]
    public double RequestsPerSecond { get; init; }

    /// <summary>Longest time of one request in seconds. Default 30.</summary>
    [Title("Time limit (s)", "时限（秒）")]
    [Bounds(0.1, 3600)]
    public double TimeoutSeconds { get; init; } = 30;

    /// <summary>Largest answer in bytes after inflating. Default 16 MiB.</summary>
    [Title("Most bytes", "最大字节数")]
    [Bounds(1, 256 * 1024 * 1024)]
    public int BytesMax { get; init; } = 16 * 1024 * 1024;
}
