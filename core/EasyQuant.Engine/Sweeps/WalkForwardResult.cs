using System.Collections.Immutable;
using EasyQuant.Data;

namespace EasyQuant.Engine;

/// <summary>What a walk-forward hands back. Immutable, thread-safe.</summary>
/// <param name="Space">The parameters.</param>
/// <param name="Windows">The windows, ascending, at least one.</param>
public sealed record WalkForwardResult(SweepSpace Space, ImmutableArray<WalkForwardWindow> Windows)
{
    /// <summary>Daily out-of-sample returns of all windows in a row, oldest first.</summary>
    public ImmutableArray<double> OutOfSampleReturns => [.. Windows.SelectMany(window => window.OutOfSample.Returns)];

    /// <summary>Out-of-sample returns of the windows, one after the other: the product of 1 + return, less 1.</summary>
    public double OutOfSampleReturn => Windows.Aggregate(1.0, (product, window) => product * (1 + window.OutOfSample.TotalReturn)) - 1;

    /// <summary>
    /// Returns the windows as a table, a row each: in_sample_first, in_sample_last, out_of_sample_first, out_of_sample_last, the chosen parameters under
    /// their names, then in_sample_return, in_sample_sharpe, in_sample_drawdown and the same out_of_sample_*, fills of each. NaN where undefined.
    /// </summary>
    public Table ToTable()
    {
        List<Column> columns =
        [
            Dates("in_sample_first", window => window.InSampleFirst),
            Dates("in_sample_last", window => window.InSampleLast),
            Dates("out_of_sample_first", window => window.OutOfSampleFirst),
            Dates("out_of_sample_last", window => window.OutOfSampleLast),
        ];
        for (int axis = 0; axis < Space.Axes.Length; axis++)
        {
            int position = axis;
            columns.Add(Numbers(Space.Axes[axis].Name, window => window.InSample.Point.ValueAt(position)));
        }

        foreach ((string prefix, Func<WalkForwardWindow, SweepTrial> trial) in new (string, Func<WalkForwardWindow, SweepTrial>)[]
        {
            ("in_sample", window => window.InSample), ("out_of_sample", window => window.OutOfSample),
        })
        {
            columns.Add(Numbers(prefix + "_return", window => trial(window).TotalReturn));
            columns.Add(Numbers(prefix + "_sharpe", window => trial(window).Sharpe ?? double.NaN));
            columns.Add(Numbers(prefix + "_drawdown", window => trial(window).MaxDrawdown));
            columns.Add(Int64Column.Create(prefix + "_fill_count", Windows.Select(window => (long)trial(window).FillCount).ToArray()));
        }

        return new Table(columns);
    }

    private DateColumn Dates(string name, Func<WalkForwardWindow, DateOnly> date) =>
        DateColumn.Create(name, Windows.Select(window => EpochDays.FromDate(date(window))).ToArray());

    private Float64Column Numbers(string name, Func<WalkForwardWindow, double> number) =>
        Float64Column.Create(name, Windows.Select(number).ToArray());
}
