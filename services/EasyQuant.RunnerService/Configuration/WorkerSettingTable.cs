using System.Globalization;
using EasyQuant.Flow;
using EasyQuant.ServiceDefaults;

namespace EasyQuant.RunnerService.Configuration;

/// <summary>All settings of the worker program.</summary>
internal static class WorkerSettingTable
{
    /// <summary>Name of the setting that may be given several times.</summary>
    public const string Label = "label";

    private const string Section = RunnerOptions.Section + ":";

    /// <summary>The settings in the order of the help.</summary>
    public static IReadOnlyList<WorkerSetting> All { get; } =
    [
        new("name", Section + nameof(RunnerOptions.Name), text => FlowNames.IsName(text) ? text : null, "[a-z0-9][a-z0-9._-]{0,62}",
            "Name, unique in the pool; default: runner- and the end of its id. / 名称。"),
        new("id", Section + nameof(RunnerOptions.Id), text => Guid.TryParseExact(text, "D", out _) ? text.ToLowerInvariant() : null, "a UUID",
            "Id; default: a new one with each start. / 标识。"),
        new("server", Section + nameof(RunnerOptions.Server), ReadServer, "an http:// or https:// address",
            "gRPC address of the Gateway; the worker dials it and needs nothing else. / 网关地址。"),
        new("ca", Section + nameof(RunnerOptions.ServerCa), text => text, "a PEM file",
            "PEM file with the authority of the certificate of --server; default: what the machine trusts. / 证书颁发机构。"),
        new("api-key", Section + nameof(RunnerOptions.ApiKey), text => text.StartsWith("eq_", StringComparison.Ordinal) ? text : null, "a key that begins with eq_",
            "API key with the scope operate, for --server; better in EQ_WORKER_API_KEY or a file, a flag is seen by other users. / API 密钥。"),
        new("host", KestrelExtensions.GrpcHostSetting, text => System.Net.IPAddress.TryParse(text, out _) ? text : null, "an IP address",
            "Address to listen on instead of dialling out: the platform dials, see 'eq workers add'. / 监听地址。"),
        new("port", KestrelExtensions.GrpcPortSetting, text => Whole(text, 1, 65_535), "1 to 65535", "Port to listen on; default with --host: 7070. / 监听端口。"),
        new("certificate", KestrelExtensions.GrpcCertificateSetting, text => text, "a PEM file",
            "PEM file with certificate and key for the port; default: no TLS. / TLS 证书。"),
        new("max-workers", Section + nameof(RunnerOptions.MaxConcurrentRuns), text => Whole(text, 1, 1_000), "1 to 1000", "Runs at a time; default 16. / 最大并发任务数。"),
        new("task-timeout", Section + nameof(RunnerOptions.TaskTimeout), text => Span(text, 0.001, 604_800), "0.001 to 604800 s, e.g. 90, 90s or 5m",
            "Longest time of one run; default: no limit. / 任务超时。"),
        new("heartbeat-interval", Section + nameof(RunnerOptions.HeartbeatInterval), text => Span(text, 0.1, 60), "0.1 to 60 s",
            "Longest time between heartbeats; default: what the platform asks for. / 心跳间隔。"),
        new("memory-limit", Section + nameof(RunnerOptions.MemoryCeilingBytes), text => Bytes(text, 64L << 20), "at least 64m, e.g. 2g",
            "Resident memory from which on it takes nothing new; default: none. / 内存上限。"),
        new("cpu-limit", Section + nameof(RunnerOptions.CpuCeiling), text => Ratio(text), "0.01 to 1, e.g. 0.8",
            "Share of all processors from which on it takes nothing new; default: none. / CPU 上限。"),
        new("region", Section + nameof(RunnerOptions.Region), text => text.Length is > 0 and <= 200 ? text : null, "1 to 200 characters", "Region for placement. / 区域。"),
        new(Label, Section + nameof(RunnerOptions.Labels), ReadLabel, "key=value, key 1 to 100 and value 0 to 200 characters", "Label for placement; may be repeated. / 标签。"),
        new("cache-size", Section + nameof(RunnerOptions.CacheSize), text => Whole(text, 1, 10_000), "1 to 10000", "Prepared workflows kept warm; default 256. / 缓存的工作流数。"),
        new("log-level", "Logging:LogLevel:Default", text => Enum.TryParse(text, ignoreCase: true, out LogLevel level) && !char.IsAsciiDigit(text[0]) ? level.ToString() : null,
            "trace, debug, information, warning, error, critical or none", "Least level of log lines; default information. / 日志级别。"),
        new("data-root", RunnerOptions.DataRootSetting, text => text, "a directory",
            "The data directory that all workers and the platform share; default EASYQUANT_DATA_ROOT. / 共享数据目录。"),
        new("database", "ConnectionStrings:easyquant", text => text, "a connection string", "PostgreSQL for nodes that read or write tables; default: none. / 数据库。"),
        new("broker", "ConnectionStrings:messaging", text => Uri.TryCreate(text, UriKind.Absolute, out Uri? address) && address.Scheme is "amqp" or "amqps" ? text : null,
            "an amqp:// or amqps:// address", "RabbitMQ for nodes that read or write topics; default: none. / 消息队列。"),
        new("redis", RunnerOptions.RedisSetting, text => text, "a connection string, e.g. 127.0.0.1:6379,password=...",
            "Redis for topics of mqType redis; better in EQ_WORKER_REDIS or a file; default: none. / Redis。"),
    ];

    private static string? ReadServer(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? address) && address.Scheme is "http" or "https" ? text : null;

    private static string? ReadLabel(string text)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals is > 0 and <= 100 && text.Length - equals - 1 <= 200 && !text.Any(char.IsControl) && !text[..equals].Contains(':', StringComparison.Ordinal) ? text : null;
    }

    private static string? Whole(string text, int min, int max) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= min && value <= max ? text : null;

    private static string? Ratio(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value) && value is >= 0.01 and <= 1 ? text : null;

    private static string? Span(string text, double minSeconds, double maxSeconds)
    {
        (string digits, double unit) = text switch
        {
            [.. var head, 'm', 's'] => (head, 0.001),
            [.. var head, 's'] => (head, 1),
            [.. var head, 'm'] => (head, 60),
            [.. var head, 'h'] => (head, 3_600),
            _ => (text, 1.0),
        };
        return double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value) && value * unit >= minSeconds && value * unit <= maxSeconds
            ? TimeSpan.FromSeconds(value * unit).ToString("c", CultureInfo.InvariantCulture)
            : null;
    }

    private static string? Bytes(string text, long min)
    {
        (string digits, int shift) = text.ToLowerInvariant() switch
        {
            [.. var head, 'k'] => (head, 10),
            [.. var head, 'm'] => (head, 20),
            [.. var head, 'g'] => (head, 30),
            var all => (all, 0),
        };
        return long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out long value) && value <= long.MaxValue >> shift && value << shift >= min
            ? (value << shift).ToString(CultureInfo.InvariantCulture)
            : null;
    }
}
