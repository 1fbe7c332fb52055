namespace EasyQuant.Data;

/// <summary>
/// What is read from somebody who may want to do harm: so many rows and columns, and neither compression nor dictionaries nor overlapping buffers, so that
/// the memory is bounded by the bytes that came.
/// </summary>
/// <param name="RowsMax">Most rows in all.</param>
/// <param name="ColumnsMax">Most columns.</param>
internal sealed record ArrowBounds(int RowsMax, int ColumnsMax);
