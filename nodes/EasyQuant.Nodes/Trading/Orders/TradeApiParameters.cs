using EasyQuant.Flow;

namespace EasyQuant.Nodes.Trading;

/// <summary>Parameters of <see cref="TradeApiNode"/>.</summary>
public sealed record TradeApiParameters
{
    /// <summary>Absolute URL that takes an order by POST, http or https, without user and password; expressions allowed.</summary>
    [Title("URL", "网址")]
    [Hint("Takes one order a POST; expressions such as ${inputs.broker} allowed.", "每次 POST 接收一笔订单；可用 ${inputs.broker} 等表达式。")]
    public required JsonTemplate Url { get; init; }

    /// <summary>Object of texts sent as headers; a member may refer to a secret of the project (<see cref="SecretReference"/>). Default none.</summary>
    [Title("Headers", "请求头")]
    [Hint("JSON object of texts; {\"secret\": \"name\", \"prefix\": \"Bearer \"} sends a secret of the project. Definitions are stored and shown, so write no secret here.", "文本 JSON 对象；{\"secret\": \"名称\", \"prefix\": \"Bearer \"} 发送项目密钥。定义会被保存和展示，请勿直接填写密钥。")]
    [SecretReferences]
    public JsonTemplate? Headers { get; init; }

    /// <summary>Header that carries the client_order_id. Default <c>Idempotency-Key</c>.</summary>
    [Title("Key header", "幂等键请求头")]
    [Hint("The broker must execute one order a key.", "券商须保证每个键只执行一笔订单。")]
    [TextPattern("^[A-Za-z][A-Za-z0-9-]{0,63}$")]
    public string KeyHeader { get; init; } = "Idempotency-Key";

    /// <summary>Member of the broker's JSON answer that holds its id of the order. Default <c>order_id</c>.</summary>
    [Title("Order id member", "订单号字段")]
    [Hint("Member of the JSON answer with the broker's own id.", "JSON 响应中券商订单号的字段名。")]
    [TextLength(1, 100)]
    public string OrderIdField { get; init; } = "order_id";

    /// <summary>What a rejection leads to. Default fail.</summary>
    [Title("On rejection", "拒单处理")]
    public RejectPolicy OnReject { get; init; }

    /// <summary>Orders under way at a time. Default 1: one after the other, in the order of the table.</summary>
    [Title("Concurrency", "并发数")]
    [Hint("1 keeps the order of the table, so that sells come before buys.", "1 保持表中顺序，先卖后买。")]
    [Bounds(1, 32)]
    public int Concurrency { get; init; } = 1;

    /// <summary>Most times one order is sent within one execution of the step. Default 3.</summary>
    [Title("Most attempts", "最多尝试次数")]
    [Bounds(1, 10)]
    public int AttemptsMax { get; init; } = 3;

    /// <summary>Pause before the second attempt in seconds; it doubles with each further one, up to 30 s. Default 1.</summary>
    [Title("Retry pause (s)", "重试间隔（秒）")]
    [Bounds(0, 30)]
    public double RetrySeconds { get; init; } = 1;

    /// <summary>Requests a second to this server; 0 (default) means no own rate.</summary>
    [Title("Requests per second", "每秒请求数")]
    [Bounds(0, 10_000)]
    public double RequestsPerSecond { get; init; }

    /// <summary>Longest time of one request in seconds. Default 10.</summary>
    [Title("Time limit (s)", "时限（秒）")]
    [Bounds(0.1, 300)]
    public double TimeoutSeconds { get; init; } = 10;

    /// <summary>Largest answer in bytes after inflating. Default 64 KiB.</summary>
    [Title("Most bytes", "最大字节数")]
    [Bounds(1, 16 * 1024 * 1024)]
    public int BytesMax { get; init; } = 64 * 1024;
}
