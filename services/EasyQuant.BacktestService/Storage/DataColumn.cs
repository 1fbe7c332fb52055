using EasyQuant.Data;

namespace EasyQuant.BacktestService.Storage;

/// <summary>A column of a stored table.</summary>
/// <param name="Name">Name.</param>
/// <param name="SqlType">The server's name of the type with its modifiers, for casts.</param>
/// <param name="Type">What it is read as; types without a counterpart are read as text.</param>
/// <param name="Scale">Decimal places of a decimal column.</param>
/// <param name="IsText">True when the value must be cast to text for reading.</param>
internal sealed record DataColumn(string Name, string SqlType, ColumnType Type, int Scale, bool IsText);
