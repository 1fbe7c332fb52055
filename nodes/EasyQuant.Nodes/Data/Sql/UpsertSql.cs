using EasyQuant.Persistence;

namespace EasyQuant.Nodes.Data.Sql;

/// <summary>
/// The statements of an upsert from the temporary table <see cref="Source"/>. Without an order a row replaces the stored one when it differs; with one, when the
/// stored one is not newer, and the row is marked also when it does not differ: else an older chunk that comes later would take it for older than itself.
/// </summary>
internal sealed class UpsertSql
{
    /// <summary>Name of the temporary table with the rows.</summary>
    public const string Source = "eq_upsert";

    private readonly SavePlan _plan;
    private readonly TargetTable _target;
    private readonly SaveOrder? _order;
    private readonly string[] _others;

    /// <summary>Creates the statements; the target must be prepared.</summary>
    public UpsertSql(SavePlan plan, TargetTable target, SaveOrder? order)
    {
        _plan = plan;
        _target = target;
        _order = order;
        _others = [.. plan.Table.Schema.Select(s => s.Name).Where(name => !plan.Keys.Contains(name, StringComparer.Ordinal)).Select(SqlIdentifier.Quote)];
    }

    /// <summary>Whether newer rows are left alone.</summary>
    public bool IsOrdered => _order is not null;

    /// <summary>Joins the rows with the stored ones once; fails when another writer adds one of the keys meanwhile.</summary>
    public string Merge
    {
        get
        {
            string sameKey = string.Join(" and ", _plan.Keys.Select(k => $"t.{SqlIdentifier.Quote(k)} = n.{SqlIdentifier.Quote(k)}"));
            string update = _others.Length == 0 ? "" : $"when matched and {Replaces("n")} then update set {Assignments("n")}";
            return $"merge into {_target.Quoted} t using pg_temp.{Source} n on {sameKey} {update} when not matched then insert ({Columns("")}{OrderColumn}) values ({Columns("n.")}{OrderValue})";
        }
    }

    /// <summary>Each row looks for itself whether its key is there.</summary>
    public string InsertOrUpdate
    {
        get
        {
            string keys = string.Join(", ", _plan.Keys.Select(SqlIdentifier.Quote));
            string action = _others.Length == 0 ? "nothing" : $"update set {Assignments("excluded")} where {Replaces("excluded")}";
            return $"insert into {_target.Quoted} as t ({Columns("")}{OrderColumn}) select {Columns("")}{OrderValue} from pg_temp.{Source} on conflict ({keys}) do {action}";
        }
    }

    private string OrderColumn => IsOrdered ? $", {SaveOrder.Column}" : "";

    private string OrderValue => _order is { } order ? $", {order.Sql}" : "";

    private string Columns(string prefix) => string.Join(", ", _plan.Table.Schema.Select(s => prefix + SqlIdentifier.Quote(s.Name)));

    private string Assignments(string source)
    {
        string others = string.Join(", ", _others.Select(column => $"{column} = {source}.{column}"));
        return _order is { } order ? $"{others}, {SaveOrder.Column} = greatest(t.{SaveOrder.Column}, {order.Sql})" : others;
    }

    private string Replaces(string source)
    {
        if (_order is not { } order)
        {
            return $"({string.Join(", ", _others.Select(column => "t." + column))}) is distinct from ({string.Join(", ", _others.Select(column => $"{source}.{column}"))})";
        }

        // Another start may have written other columns of the row: without those, its mark says nothing about ours.
        string newer = _target.IsComplete ? "" : $" or t.{SaveOrder.Column} > {order.LastSql}";
        return $"(t.{SaveOrder.Column} is null or t.{SaveOrder.Column} <= {order.Sql}{newer})";
    }
}
