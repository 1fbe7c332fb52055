using System.Text.Json.Nodes;

namespace EasyQuant.Nodes.Data.Sql;

/// <summary>What a save did to the rows of its input: inserted + updated + skipped = rows.</summary>
internal readonly record struct SaveCounts(long Inserted, long Updated, long Skipped)
{
    public JsonObject ToJson(string table, SavePlan plan) => new()
    {
        ["table"] = table,
        ["mode"] = plan.Mode switch { DbSaveMode.Append => "append", DbSaveMode.InsertNew => "insertNew", _ => "upsert" },
        ["rows"] = plan.Table.RowCount + plan.DroppedCount,
        ["inserted"] = Inserted,
        ["updated"] = Updated,
        ["skipped"] = Skipped,
    };
}
