using EasyQuant.Flow;

namespace EasyQuant.Nodes.Data;

/// <summary>Parameters of <see cref="DbSaveNode"/>.</summary>
public sealed record DbSaveParameters
{
    /// <summary>Table in the project's schema; created when it does not exist.</summary>
    [Title("Table", "表名")]
    [Hint("Letters, digits and underscores; created when missing; names that start with eq_ are reserved.", "字母、数字与下划线；不存在时自动创建；eq_ 开头为保留名。")]
    [TextPattern("^[A-Za-z_][A-Za-z0-9_]{0,62}$")]
    public required string Table { get; init; }

    /// <summary>What happens to rows whose key exists. Default append.</summary>
    [Title("Mode", "模式")]
    [Hint("append adds all rows; insertNew adds new keys; upsert also replaces changed rows.", "append 追加全部；insertNew 只加新键；upsert 还会替换有变化的行。")]
    public DbSaveMode Mode { get; init; }

    /// <summary>Key columns; needed for insertNew and upsert, they become the primary key of a new table.</summary>
    [Title("Key columns", "键列")]
    [Hint("For example symbol and trading_date.", "例如 symbol 与 trading_date。")]
    [ItemCount(0, 16)]
    public IReadOnlyList<string> Keys { get; init; } = [];

    /// <summary>Longest time of the whole save in seconds. Default 300.</summary>
    [Title("Time limit (s)", "时限（秒）")]
    [Bounds(1, 3600)]
    public int TimeoutSeconds { get; init; } = 300;
}
