using EasyQuant.Engine;
using EasyQuant.Flow;

namespace EasyQuant.Nodes.Trading;

/// <summary>Parameters of <see cref="BacktestNode"/>. Amounts and rates are decimal text.</summary>
public sealed record BacktestParameters
{
    /// <summary>Name of a shipped strategy, for example <c>sma_cross</c>; see <see cref="StrategyCatalog"/>.</summary>
    [Title("Strategy", "策略")]
    [Hint(
        "Name of a shipped strategy: bollinger, buy_and_hold, grid, macd, martingale, momentum_rotation, pairs, rsi_reversal, sma_cross or turtle.",
        "内置策略名：bollinger、buy_and_hold、grid、macd、martingale、momentum_rotation、pairs、rsi_reversal、sma_cross 或 turtle。")]
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

    /// <summary>Commission as a fraction of the value, 0 to 1, at most 6 decimal places. Default 0.0003.</summary>
    [Title("Commission rate", "佣金费率")]
    [Hint("Fraction of the traded value.", "占成交额的比例。")]
    [TextLength(1, 30)]
    public string CommissionRate { get; init; } = "0.0003";

    /// <summary>Least commission an order in CNY. Default 5.</summary>
    [Title("Least commission", "最低佣金")]
    [Hint("Least commission of an order in CNY.", "每笔最低佣金（元）。")]
    [TextLength(1, 30)]
    public string CommissionMinimum { get; init; } = "5";

    /// <summary>Stamp duty on sales as a fraction; null (default) takes the dated rule book.</summary>
    [Title("Stamp duty", "印花税率")]
    [Hint("Fraction of sales; empty takes the dated rule book.", "卖出成交额的比例；留空按规则库日期取值。")]
    [TextLength(1, 30)]
    public string? StampDutyRate { get; init; }

    /// <summary>Transfer fee on both sides as a fraction; null (default) takes the dated rule book.</summary>
    [Title("Transfer fee", "过户费率")]
    [Hint("Fraction of the traded value; empty takes the dated rule book.", "成交额的比例；留空按规则库日期取值。")]
    [TextLength(1, 30)]
    public string? TransferFeeRate { get; init; }

    /// <summary>True (default) applies lots, price limits, T+1 and suspensions.</summary>
    [Title("Exchange rules", "交易所规则")]
    [Hint("Applies lots, price limits, T+1 and suspensions.", "执行整手、涨跌停、T+1 与停牌规则。")]
    public bool ExchangeRules { get; init; } = true;

    /// <summary>Which price orders fill at. Default next open.</summary>
    [Title("Fill rule", "成交规则")]
    [Hint("Next open or next close.", "次日开盘或次日收盘成交。")]
    public FillRule FillRule { get; init; }

    /// <summary>Which bars stand for auctions. Default the first and the last bar of a day.</summary>
    [Title("Auctions", "集合竞价")]
    [Hint("The first and last bar of a day stand for its auctions, or only rows of the auctions do.", "以每日首末 K 线代表集合竞价，或仅认集合竞价行。")]
    public AuctionPolicy Auctions { get; init; }

    /// <summary>Minutes between two heartbeats within a trading day, 1 to 1440, counted from midnight UTC; 0 (default) for one a day, before its first bar.</summary>
    [Title("Heartbeat in minutes", "心跳间隔（分钟）")]
    [Hint("Minutes between two heartbeats within a day; 0 for one a day.", "日内两次心跳之间的分钟数；0 表示每日一次。")]
    [Bounds(0, 1440)]
    public int HeartbeatMinutes { get; init; }

    /// <summary>Trading days before the first day that the strategy sees without trading, 0 to 100,000, as many as the data has. Default 0: cold.</summary>
    [Title("Warm-up days", "预热天数")]
    [Hint("Trading days before the first one that fill the indicators.", "开始日期之前用于预热指标的交易日数。")]
    [Bounds(0, 100_000)]
    public int WarmUpDays { get; init; }

    /// <summary>Most orders of the run, 1 to 20,000,000; the next one ends it with ORDER_LIMIT_EXCEEDED. Default 2,000,000.</summary>
    [Title("Most orders", "订单数上限")]
    [Hint("The next order ends the run.", "超过后回测终止。")]
    [Bounds(1, 20_000_000)]
    public int OrderCountMax { get; init; } = 2_000_000;

    /// <summary>What suspended instruments do to orders. Default rest.</summary>
    [Title("Suspension", "停牌处理")]
    [Hint("Orders of suspended instruments rest or are rejected.", "停牌标的的订单等待或拒绝。")]
    public SuspensionPolicy Suspension { get; init; }

    /// <summary>When limit orders inside a bar fill. Default when the price goes through the limit.</summary>
    [Title("Limit orders", "限价成交规则")]
    [Hint("Inside a bar a limit fills when the price goes through it, or when it touches it.", "K 线内价格穿过限价才成交，或触及即成交。")]
    public LimitFillRule LimitFillRule { get; init; }

    /// <summary>How slippage of market and stop orders is computed. Default none.</summary>
    [Title("Slippage", "滑点模型")]
    [Hint("None, ticks, basis points, or by the share of the bar's volume.", "无、最小价位、基点或成交量占比。")]
    public SlippageKind Slippage { get; init; }

    /// <summary>Ticks (0 to 1,000), basis points (0 to 10,000) or the factor of the volume share in millionths (0 to 10,000,000). Default 0.</summary>
    [Title("Slippage value", "滑点数值")]
    [Hint("Ticks, basis points, or the factor in millionths.", "价位数、基点数或百万分之一系数。")]
    [Bounds(0, 10_000_000)]
    public long SlippageValue { get; init; }

    /// <summary>Largest share of a bar's volume that orders may fill, above 0 to 1, at most 6 decimal places; null lifts the cap. Default 0.25.</summary>
    [Title("Volume cap", "成交量上限")]
    [Hint("Share of a bar's volume that orders may fill; empty lifts the cap.", "订单最多占 K 线成交量的比例；留空不限。")]
    [TextLength(1, 30)]
    public string? VolumeCap { get; init; } = "0.25";

    /// <summary>True lets orders fill at a closed price limit; default false.</summary>
    [Title("Fill at the price limit", "涨跌停可成交")]
    [Hint("Buys fill at the upper limit and sales at the lower one.", "涨停可买入、跌停可卖出。")]
    public bool FillsAtPriceLimit { get; init; }

    /// <summary>What happens to rights issues. Default they lapse.</summary>
    [Title("Rights issues", "配股处理")]
    [Hint("Rights lapse, or are paid as far as the cash goes.", "放弃配股，或在现金允许时认购。")]
    public RightsPolicy RightsPolicy { get; init; }

    /// <summary>True (default) charges the dated tax on dividends at the sale.</summary>
    [Title("Dividend tax", "红利税")]
    [Hint("Charges the tax on dividends by the time the shares were held.", "卖出时按持有期扣缴红利税。")]
    public bool DividendTax { get; init; } = true;

    /// <summary>Interest on cash a year as a fraction, 0 to 1, at most 6 decimal places. Default 0.</summary>
    [Title("Interest on cash", "现金年利率")]
    [Hint("Fraction a year, paid daily.", "年化比例，按日计付。")]
    [TextLength(1, 30)]
    public string CashInterestRate { get; init; } = "0";

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

    /// <summary>Symbols of the bars to compare with, as <c>600000.SH:0.4,600001.SH:0.6</c>; weights above 0 that sum to 1, one symbol needs none. Null (default) for none.</summary>
    [Title("Benchmark", "业绩基准")]
    [Hint("Symbols with weights, for example 000300.SH:0.6,000905.SH:0.4.", "标的与权重，例如 000300.SH:0.6,000905.SH:0.4。")]
    [TextLength(1, 1_000)]
    public string? Benchmark { get; init; }

    /// <summary>
    /// Terms for borrowing and short sales, an object of fractions as text: initialLong, initialShort, maintenanceLong, maintenanceShort, borrow, debt, and callPolicy
    /// (liquidate or report); missing ones take the engine's defaults. Null (default) for a cash account.
    /// </summary>
    [Title("Margin", "融资融券")]
    [Hint("Object, for example {\"initialShort\": \"0.6\"}; {} takes the defaults. Empty: no borrowing.", "对象，例如 {\"initialShort\": \"0.6\"}；{} 取默认值；留空则不可融资融券。")]
    public JsonTemplate? Margin { get; init; }

    /// <summary>
    /// Several accounts, at most 20, of which a shipped strategy trades the first: objects of <c>name</c>, <c>cash</c> (amounts as text by currency) and, for borrowing,
    /// <c>margin</c> as above. Excludes margin and makes cash count no more. Null (default) for one account.
    /// </summary>
    [Title("Accounts", "账户")]
    [Hint(
        "Array, for example [{\"name\": \"a\", \"cash\": {\"CNY\": \"500000\", \"HKD\": \"100000\"}}]. Empty: one account with the cash above.",
        "数组，例如 [{\"name\": \"a\", \"cash\": {\"CNY\": \"500000\", \"HKD\": \"100000\"}}]；留空则为一个账户。")]
    public JsonTemplate? Accounts { get; init; }

    /// <summary>Currency that equity is counted in, 1 to 16 letters and digits. Default CNY.</summary>
    [Title("Base currency", "本位币")]
    [Hint("Currency that equity is counted in.", "权益计价货币。")]
    [TextPattern("^[A-Za-z0-9]{1,16}$")]
    public string BaseCurrency { get; init; } = "CNY";

    /// <summary>
    /// Rates of other currencies into the base currency, an object of currencies, each an object of ISO dates with the rate that holds from them on, as text with at
    /// most 8 decimal places. The first date must not be after the first day of the data. Null (default) for none.
    /// </summary>
    [Title("Exchange rates", "汇率")]
    [Hint("Object, for example {\"HKD\": {\"2024-01-01\": \"0.91\"}}.", "对象，例如 {\"HKD\": {\"2024-01-01\": \"0.91\"}}。")]
    public JsonTemplate? ExchangeRates { get; init; }

    /// <summary>Length of the bars that connected ticks add up to: 1d, 1m to 720m, or 1h to 12h. Default 1m. Without effect without ticks.</summary>
    [Title("Bars of ticks", "逐笔合成周期")]
    [Hint("1d, or minutes or hours such as 1m, 30m, 1h.", "1d，或分钟、小时，例如 1m、30m、1h。")]
    [TextLength(2, 4)]
    public string TickInterval { get; init; } = "1m";

    /// <summary>Local time of the exchange less UTC in minutes, -720 to 840, for the trading dates of ticks. Default 480. Without effect without ticks.</summary>
    [Title("Offset from UTC", "时区偏移（分钟）")]
    [Hint("Local time of the exchange less UTC in minutes.", "交易所本地时间与 UTC 之差（分钟）。")]
    [Bounds(-720, 840)]
    public int UtcOffsetMinutes { get; init; } = 480;

    /// <summary>Family under which the trial ledger counts the run: what all variants of an idea share. Null (default) takes the strategy's name.</summary>
    [Title("Family", "策略族")]
    [Hint("Name under which trials of one idea are counted; empty takes the strategy's name.", "同一想法的试验归入的名称；留空取策略名。")]
    [TextLength(1, Trial.FamilyLengthMax)]
    [TextPattern("\\S")]
    public string? Family { get; init; }

    /// <summary>Rule book as JSON, see <see cref="EasyQuant.Domain.RuleBookJson"/>. Null (default) for the shipped one.</summary>
    [Title("Rule book", "规则库")]
    [Hint("Another rule book as JSON, for example ${inputs.rules}; empty takes the shipped one.", "其他规则库 JSON，例如 ${inputs.rules}；留空用内置规则库。")]
    public JsonTemplate? RuleBook { get; init; }
}
