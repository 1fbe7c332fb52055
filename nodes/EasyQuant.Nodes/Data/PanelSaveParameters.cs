using EasyQuant.Flow;

namespace EasyQuant.Nodes.Data;

/// <summary>Parameters of <see cref="PanelSaveNode"/>.</summary>
public sealed record PanelSaveParameters
{
    /// <summary>Data set, for example <c>cn.stocks</c>.</summary>
    [Title("Data set", "数据集")]
    [Hint("1 to 63 of a-z, 0-9, dot, underscore and hyphen.", "1 至 63 个小写字母、数字、点、下划线或连字符。")]
    [TextLength(1, 63)]
    public required string Dataset { get; init; }

    /// <summary>Length of the bars. Default 1d.</summary>
    [Title("Interval", "周期")]
    [Hint("1d, 1m, 5m ...", "1d、1m、5m 等。")]
    [TextLength(2, 4)]
    public string Interval { get; init; } = "1d";

    /// <summary>True: bars later than those that are there are added. False (default): the data set is written anew.</summary>
    [Title("Append", "追加")]
    [Hint("Adds later bars; otherwise the data set is written anew.", "追加更新的行情；否则重写数据集。")]
    public bool Append { get; init; }

    /// <summary>File of facts about instruments below the data directory; null (default) = none.</summary>
    [Title("Instrument facts", "证券信息文件")]
    [Hint("JSON file below the data directory: listing, ST periods, suspensions, adjustment factors.", "数据目录下的 JSON 文件：上市日期、ST 时段、停牌、复权因子。")]
    [TextLength(1, 1000)]
    public string? FactsPath { get; init; }

    /// <summary>Whether days must be trading days of the mainland exchanges. Default false: the days of the bars are the calendar.</summary>
    [Title("China's calendar", "使用中国交易日历")]
    [Hint("Refuses bars on days that are no trading days of the mainland exchanges.", "拒绝非内地交易所交易日的行情。")]
    public bool ChinaCalendar { get; init; }
}
