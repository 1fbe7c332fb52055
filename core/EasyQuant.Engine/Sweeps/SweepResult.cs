using System.Collections.Immutable;
using EasyQuant.Data;
using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>What a sweep of event strategies hands back. Immutable, thread-safe.</summary>
/// <param name="Space">The space.</param>
/// <param name="Trials">All trials in the order of the plan; with halving, round after round.</param>
/// <param name="Best">The best trial by the objective among those over the whole period; of equal ones the one of the smallest number.</param>
public sealed record SweepResult(SweepSpace Space, ImmutableArray<SweepTrial> Trials, SweepTrial Best)
{
    /// <summary>
    /// Returns the trials as a table, a row each: one column a parameter under its name, then day_count, final_equity, total_return, max_drawdown, sharpe (NaN
    /// when undefined), order_count, fill_count.
    /// </summary>
    public Table ToTable()
    {
        List<Column> columns = [];
        for (int axis = 0; axis < Space.Axes.Length; axis++)
        {
            int position = axis;
            columns.Add(Float64Column.Create(Space.Axes[axis].Name, Trials.Select(trial => trial.Point.ValueAt(position)).ToArray()));
        }

        columns.Add(Int64Column.Create("day_count", Trials.Select(trial => (long)trial.DayCount).ToArray()));
        columns.Add(DecimalColumn.Create("final_equity", Money.Scale, Trials.Select(trial => trial.FinalEquity.Units).ToArray()));
        columns.Add(Float64Column.Create("total_return", Trials.Select(trial => trial.TotalReturn).ToArray()));
        columns.Add(Float64Column.Create("max_drawdown", Trials.Select(trial => trial.MaxDrawdown).ToArray()));
        columns.Add(Float64Column.Create("sharpe", Trials.Select(trial => trial.Sharpe ?? double.NaN).ToArray()));
        columns.Add(Int64Column.Create("order_count", Trials.Select(trial => (long)trial.OrderCount).ToArray()));
        columns.Add(Int64Column.Create("fill_count", Trials.Select(trial => (long)trial.FillCount).ToArray()));
        return new Table(columns);
    }
}
