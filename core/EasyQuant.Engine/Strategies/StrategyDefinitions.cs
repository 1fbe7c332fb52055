using System.Collections.Immutable;

namespace EasyQuant.Engine;

/// <summary>Titles, descriptions and parameter ranges of the shipped strategies.</summary>
internal static class StrategyDefinitions
{
    private static readonly ImmutableArray<StrategyParameter> s_size =
    [
        new("lots", true, 1, 1_000_000, null, "Lots of 100 shares a buy; excludes fraction.", "每次买入手数（每手 100 股），与 fraction 互斥。"),
        new("fraction", false, 0.000001, 1, null,
            "Fraction of equity a buy; excludes lots. Without both, equity is split evenly over all instruments.",
            "每次买入占权益的比例，与 lots 互斥；都不给时按标的数平均分配权益。"),
    ];

    /// <summary>All, by name, ascending.</summary>
    public static ImmutableArray<StrategyDefinition> All { get; } =
    [
        new("bollinger", "Bollinger reversal", "布林带反转",
            "Buys when the close falls below the lower Bollinger band, sells at the middle.", "收盘价跌破布林带下轨买入，回到中轨卖出。",
            [
                new("period", true, 2, 1000, 20, "Length of the window in bars.", "窗口长度（K 线数）。"),
                new("deviations", false, 0.1, 10, 2, "Width of the bands in standard deviations.", "带宽（标准差倍数）。"),
                .. s_size,
            ]),
        new("buy_and_hold", "Buy and hold", "买入持有",
            "Buys every instrument after its first bar and keeps it.", "在每个标的的首根 K 线之后买入并一直持有。", s_size),
        new("grid", "Grid", "网格交易",
            "Buys a unit at each line that the close falls to below an anchor, sells it one line higher; the lines end.", "收盘价每跌到锚定价下方一格买入一份，回升一格卖出；格数有限。",
            [
                new("step", false, 0.0001, 0.5, 0.03, "Distance of two lines as a fraction of the anchor.", "格距，占锚定价的比例。"),
                new("levels", true, 1, 100, 5, "Lines below the anchor.", "锚定价下方的格数。"),
                .. s_size,
            ]),
        new("macd", "MACD trend", "MACD 趋势",
            "Buys when the MACD line crosses above its signal, sells while it is not above.", "MACD 线上穿信号线买入，不再高于信号线时卖出。",
            [
                new("fast", true, 1, 1000, 12, "Length of the fast average in bars; below slow.", "快线周期，须小于 slow。"),
                new("slow", true, 2, 1000, 26, "Length of the slow average in bars.", "慢线周期。"),
                new("signal", true, 1, 1000, 9, "Length of the signal line in bars.", "信号线周期。"),
                .. s_size,
            ]),
        new("martingale", "Martingale with limits", "有限马丁格尔",
            "Doubles after falls, at most a set number of times, with a take-profit and a stop-loss on the average cost.", "下跌后加倍买入，次数有限，并按平均成本止盈止损。",
            [
                new("drop", false, 0.0001, 0.9, 0.05, "Fall below the last buy at which the next is made, as a fraction.", "距上次买入价的跌幅，达到后加仓。"),
                new("doublings", true, 0, 10, 3, "Doublings after the first buy.", "首次买入后的加倍次数上限。"),
                new("takeProfit", false, 0.0001, 10, 0.03, "Rise above the average cost at which all is sold, as a fraction.", "相对平均成本的止盈涨幅。"),
                new("stopLoss", false, 0.0001, 1, 0.15, "Fall below the average cost at which all is sold, as a fraction.", "相对平均成本的止损跌幅。"),
                .. s_size,
            ]),
        new("momentum_rotation", "Momentum rotation", "动量轮动",
            "Holds the instruments that rose most, in equal parts, and rotates at a fixed number of bars.", "等权持有涨幅最大的标的，按固定周期轮动。",
            [
                new("lookback", true, 1, 1000, 60, "Bars over which the rise is measured.", "动量回看长度（K 线数）。"),
                new("every", true, 1, 1000, 20, "Bars between two rotations.", "轮动间隔（K 线数）。"),
                new("top", true, 1, 1000, 5, "Instruments held.", "持有标的数。"),
                new("minimum", false, -100, 1000, 0, "Least rise in percent of an instrument that is held.", "持有所需的最低涨幅（%）。"),
            ]),
        new("pairs", "Pairs", "配对交易",
            "Buys the cheap one of two neighbours by symbol when the score of their price ratio is extreme, until it is near 0 again.", "相邻代码两两配对，价格比的标准分达到极值时买入较便宜者，回归后卖出。",
            [
                new("period", true, 2, 1000, 60, "Bars of the window of the score.", "标准分窗口长度（K 线数）。"),
                new("enter", false, 0.1, 10, 2, "Score at or beyond which a pair is entered; above leave.", "开仓标准分，须大于 leave。"),
                new("leave", false, 0, 10, 0.5, "Score within which a pair is left.", "平仓标准分。"),
                new("shorts", true, 0, 1, 0, "1 to sell the dear one short as well; needs an account that may.", "1 表示同时做空较贵者，需账户允许融券。"),
                .. s_size,
            ]),
        new("rsi_reversal", "RSI reversal", "RSI 反转",
            "Buys when Wilder's RSI falls below a threshold, sells when it rises above another.", "威尔德 RSI 低于下限买入，高于上限卖出。",
            [
                new("period", true, 1, 1000, 14, "Length of the RSI in bars.", "RSI 周期（K 线数）。"),
                new("buyBelow", false, 0, 100, 30, "Buys below this value.", "低于此值买入。"),
                new("sellAbove", false, 0, 100, 70, "Sells above this value; above buyBelow.", "高于此值卖出，须大于 buyBelow。"),
                .. s_size,
            ]),
        new("sma_cross", "SMA cross", "双均线交叉",
            "Buys when the fast average crosses above the slow one, sells when it is no longer above.", "快线上穿慢线买入，不再高于慢线时卖出。",
            [
                new("fast", true, 1, 1000, 10, "Length of the fast average in bars; below slow.", "快线周期，须小于 slow。"),
                new("slow", true, 2, 1000, 30, "Length of the slow average in bars.", "慢线周期。"),
                .. s_size,
            ]),
        new("turtle", "Turtle breakout", "海龟突破",
            "Buys breakouts above a channel, adds units while the price rises, leaves below a shorter channel or a stop; sized by the average true range.",
            "突破通道上轨买入，上涨加仓，跌破短通道或止损离场；按平均真实波幅定仓位。",
            [
                new("entry", true, 2, 1000, 20, "Bars of the channel that is broken to enter.", "入场通道长度（K 线数）。"),
                new("exit", true, 1, 1000, 10, "Bars of the channel that is broken to leave.", "离场通道长度（K 线数）。"),
                new("atr", true, 1, 1000, 20, "Bars of the average true range N.", "平均真实波幅 N 的周期。"),
                new("risk", false, 0.000001, 1, 0.01, "Fraction of equity that a unit loses when the price falls by N.", "每份头寸下跌一个 N 时损失的权益比例。"),
                new("units", true, 1, 20, 4, "Most units held of one instrument.", "单一标的最多份数。"),
                new("add", false, 0.01, 100, 0.5, "Rise above the last entry in N at which a unit is added.", "加仓间距（N 的倍数）。"),
                new("stop", false, 0.01, 100, 2, "Fall below the last entry in N at which all is sold.", "止损距离（N 的倍数）。"),
            ]),
    ];
}
