using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace EasyQuant.Engine;

/// <summary>The signal form of a shipped strategy, chosen by name, for sweeps in the kernel. Thread-safe.</summary>
public readonly record struct ShippedSignal : ISignalStrategy
{
    private readonly string _name;
    private readonly int _first;
    private readonly int _second;
    private readonly int _third;
    private readonly double _low;
    private readonly double _high;
    private readonly long _size;

    private ShippedSignal(string name, JsonObject numbers, long size)
    {
        _name = name;
        _size = size;
        (_first, _second, _third, _low, _high) = name switch
        {
            "bollinger" => (Whole("period"), 0, 0, Number("deviations"), 0.0),
            "macd" => (Whole("fast"), Whole("slow"), Whole("signal"), 0.0, 0.0),
            "rsi_reversal" => (Whole("period"), 0, 0, Number("buyBelow"), Number("sellAbove")),
            "sma_cross" => (Whole("fast"), Whole("slow"), 0, 0.0, 0.0),
            _ => (0, 0, 0, 0.0, 0.0),
        };

        int Whole(string parameter) => (int)(long)numbers[parameter]!;

        double Number(string parameter) => (double)numbers[parameter]!;
    }

    /// <summary>Names of the shipped strategies that have a signal form, ascending.</summary>
    public static ImmutableArray<string> Names { get; } = ["bollinger", "buy_and_hold", "macd", "rsi_reversal", "sma_cross"];

    /// <summary>Makes the signal form of a strategy.</summary>
    /// <param name="strategy">One of <see cref="Names"/>.</param>
    /// <param name="parameters">As <see cref="StrategyCatalog.Bind"/> takes them; a size among them does not count.</param>
    /// <param name="size">Units of quantity of every entry, at least 1.</param>
    /// <exception cref="ArgumentException">The strategy has no signal form.</exception>
    /// <exception cref="BacktestParameterException">Parameters are unusable.</exception>
    public static ShippedSignal Of(string strategy, JsonObject parameters, long size)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        return Names.Contains(strategy)
            ? new ShippedSignal(strategy, StrategyCatalog.Bind(strategy, parameters).Parameters, size)
            : throw new ArgumentException($"The strategy must have a signal form ({string.Join(", ", Names)}), was {strategy}.", nameof(strategy));
    }

    /// <inheritdoc />
    public void Compute(SignalColumns columns, SignalOutput signals)
    {
        switch (_name)
        {
            case "bollinger":
                new BollingerSignal(_first, _low, _size).Compute(columns, signals);
                break;
            case "macd":
                new MacdSignal(_first, _second, _third, _size).Compute(columns, signals);
                break;
            case "rsi_reversal":
                new RsiReversalSignal(_first, _low, _high, _size).Compute(columns, signals);
                break;
            case "sma_cross":
                new SmaCrossSignal(_first, _second, _size) { RepeatsExit = true }.Compute(columns, signals);
                break;
            default:
                new BuyAndHoldSignal(_size).Compute(columns, signals);
                break;
        }
    }
}
