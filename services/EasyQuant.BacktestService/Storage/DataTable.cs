using EasyQuant.Persistence;

namespace EasyQuant.BacktestService.Storage;

/// <summary>A table that workflows saved.</summary>
/// <param name="Schema">The project's data schema.</param>
/// <param name="Name">Name.</param>
/// <param name="Columns">Columns in table order.</param>
/// <param name="KeyColumns">Columns of the primary key in key order; empty when there is none.</param>
/// <param name="RowCountEstimate">The server's estimate, at least 0.</param>
internal sealed record DataTable(
    string Schema, string Name, IReadOnlyList<DataColumn> Columns, IReadOnlyList<DataColumn> KeyColumns, long RowCountEstimate)
{
    public string QualifiedName => $"{SqlIdentifier.Quote(Schema)}.{SqlIdentifier.Quote(Name)}";

    public DataColumn? Column(string name) => Columns.FirstOrDefault(column => column.Name == name);
}
