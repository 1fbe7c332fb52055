using EasyQuant.Flow;

namespace EasyQuant.Nodes.Trading;

/// <summary>Parameters of <see cref="BiasCheckNode"/>. Costs are those of <see cref="BacktestParameters"/> by default.</summary>
public sealed record BiasCheckParameters
{
    /// <summary>Name of a shipped strategy.</summary>
    [Title("Strategy", "策略")]
    [Hint("Name of a shipped strategy, as of the node Backtest.", "内置策略名，同 Backtest 节点。")]
    [TextLength(1, 63)]
    public required string Strategy { get; init; }

    /// <summary>Parameters of the strategy, an object; missing ones take their defaults. Null (default) for all defaults.</summary>
    [Title("Strategy parameters", "策略参数")]
    [Hint("Object of numbers, for example {\"fast\": 10, \"slow\": 30}.", "数值对象，例如 {\"fast\": 10, \"slow\": 30}。")]
    public JsonTemplate? Parameters { get; init; }

    /// <summary>Reference that DataPreload gave, when neither input is connected. Null by default.</summary>
    [Title("Data reference", "数据引用")]
    [Hint("Reference of DataPreload, for child workflows: ${inputs.data}.", "DataPreload 给出的引用，用于子工作流：${inputs.data}。")]
    public JsonTemplate? Data { get; init; }

    /// <summary>Cash at the start in CNY, above 0. Default 1,000,000.</summary>
    [Title("Cash", "初始资金")]
    [Hint("Cash at the start in CNY.", "初始资金（元）。")]
    [TextLength(1, 30)]
    public string Cash { get; init; } = "1000000";

    /// <summary>First trading day, ISO, included; null (default) starts with the data.</summary>
    [Title("First day", "开始日期")]
    [Hint("ISO date, included; empty starts with the data.", "ISO 日期，含当日；留空从数据起始。")]
    [TextPattern("^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
    public string? StartDate { get; init; }

    /// <summary>Last trading day, ISO, included; null (default) ends with the data.</summary>
    [Title("Last day", "结束日期")]
    [Hint("ISO date, included; empty ends with the data.", "ISO 日期，含当日；留空到数据结束。")]
    [TextPattern("^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
    public string? EndDate { get; init; }

    /// <summary>Rule book as JSON, see <see cref="EasyQuant.Domain.RuleBookJson"/>. Null (default) for the shipped one.</summary>
    [Title("Rule book", "规则库")]
    [Hint("Another rule book as JSON, for example ${inputs.rules}; empty takes the shipped one.", "其他规则库 JSON，例如 ${inputs.rules}；留空用内置规则库。")]
    public JsonTemplate? RuleBook { get; init; }

    /// <summary>Shuffled runs, 10 to 10,000. Default 99.</summary>
    [Title("Shuffles", "打乱次数")]
    [Hint("Runs with shuffled signals, 10 to 10000.", "打乱信号的运行次数，10 到 10000。")]
    public int ShuffleCount { get; init; } = 99;

    /// <summary>Ends of shortened data, 1 to 20. Default 3.</summary>
    [Title("Cuts", "截断次数")]
    [Hint("Ends of shortened data, 1 to 20.", "截断历史的次数，1 到 20。")]
    public int CutCount { get; init; } = 3;
}
