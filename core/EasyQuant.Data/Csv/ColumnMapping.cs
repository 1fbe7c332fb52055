namespace EasyQuant.Data;

/// <summary>Which column of a file became which column of the table.</summary>
/// <param name="Field">Column of the table, for example <c>volume</c>.</param>
/// <param name="Header">Name in the file, for example <c>成交量</c>; empty for a column without a name.</param>
/// <param name="Position">Position in the file, from 1.</param>
/// <param name="Multiplier">What one unit of the file is in units of the table, for example 100 for lots; 1 when they are the same.</param>
public sealed record ColumnMapping(string Field, string Header, int Position, long Multiplier = 1);
