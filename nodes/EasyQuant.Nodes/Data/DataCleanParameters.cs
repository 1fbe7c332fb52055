using EasyQuant.Data;
using EasyQuant.Flow;

namespace EasyQuant.Nodes.Data;

/// <summary>Parameters of <see cref="DataCleanNode"/>.</summary>
public sealed record DataCleanParameters
{
    /// <summary>Bars that repeat a symbol and day. Default: the first stays.</summary>
    [Title("Duplicates", "重复行")]
    [Hint("Bars that repeat a symbol and day: keep the first or last, or block.", "同一代码同一日期的重复行：保留首行、末行，或阻断。")]
    public DuplicatePolicy Duplicates { get; init; }

    /// <summary>Bars with impossible prices. Default: removed.</summary>
    [Title("Bad prices", "异常价格")]
    [Hint("Bars whose low and high do not enclose open and close, or with prices that are missing or not positive.", "最高最低价未包住开收盘价，或价格缺失、非正的行。")]
    public BadBarPolicy BadPrices { get; init; }

    /// <summary>Bars without volume. Default: kept.</summary>
    [Title("Zero volume", "零成交量")]
    [Hint("Bars without traded volume.", "没有成交量的行。")]
    public BadBarPolicy ZeroVolume { get; init; } = BadBarPolicy.Keep;

    /// <summary>A return from close to close beyond this fraction is reported as an outlier. Default 0.35.</summary>
    [Title("Outlier return", "异常涨跌幅")]
    [Hint("A change of the close beyond this fraction is reported; 0.35 is 35 %.", "收盘价变动超过此比例即报告；0.35 即 35%。")]
    [Bounds(0.000001, 1000)]
    public decimal OutlierReturn { get; init; } = 0.35m;

    /// <summary>Calendar that gaps are counted against. Default: derived from the data.</summary>
    [Title("Calendar", "交易日历")]
    [Hint("derived: days on which a fifth of the symbols traded; china: the mainland exchanges.", "derived：五分之一以上代码有行情的日期；china：内地交易所。")]
    public QualityCalendar Calendar { get; init; }

    /// <summary>Bars beyond the exchange's price limits. Default: not judged.</summary>
    [Title("Price limits", "涨跌停检查")]
    [Hint("Bars beyond the price limit of the rule book: off, report, drop or block.", "超出规则簿涨跌停价的行：不检查、报告、删除或阻断。")]
    public LimitPolicy PriceLimits { get; init; }

    /// <summary>Day on which the data are judged for staleness; null (default): not judged.</summary>
    [Title("As of", "截至日期")]
    [Hint("Reports symbols whose last bar is more than the allowed trading days before this day.", "报告最后一根行情早于此日超过允许交易日数的代码。")]
    [TextLength(10, 10)]
    public string? AsOf { get; init; }

    /// <summary>Trading days after which a symbol is stale, 1 to 1,000. Default 5.</summary>
    [Title("Stale after", "过期天数")]
    [Bounds(1, 1000)]
    public int StaleAfterDays { get; init; } = 5;

    /// <summary>File of facts about instruments below the data directory; null (default) = none.</summary>
    [Title("Instrument facts", "证券信息文件")]
    [Hint("JSON file below the data directory: listing, ST periods, suspensions.", "数据目录下的 JSON 文件：上市日期、ST 时段、停牌。")]
    [TextLength(1, 1000)]
    public string? FactsPath { get; init; }

    /// <summary>A quality score below this blocks the run. 0 to 1, default 0 (never).</summary>
    [Title("Minimum score", "最低质量分")]
    [Hint("A lower quality score fails the step; 0 never does, 1 asks for no fault at all.", "质量分低于此值则步骤失败；0 从不失败，1 要求毫无缺陷。")]
    [Bounds(0, 1)]
    public double MinimumScore { get; init; }
}
