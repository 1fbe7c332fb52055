using EasyQuant.Flow;
using EasyQuant.Nodes.Data;

namespace EasyQuant.Nodes.Messaging;

/// <summary>Parameters of <see cref="TransformNode"/>; applied in the order of the properties.</summary>
public sealed record TransformParameters
{
    /// <summary>Columns to compute, one after the other; later ones may use earlier ones.</summary>
    [Title("Computed columns", "计算列")]
    [ItemCount(0, 100)]
    public IReadOnlyList<TableComputation> Compute { get; init; } = [];

    /// <summary>Columns that must have a value; rows without one are left out. Default none.</summary>
    [Title("Present", "必须有值的列")]
    [ItemCount(0, 100)]
    public IReadOnlyList<string> Present { get; init; } = [];

    /// <summary>Columns that stay, in this order; empty (default) for all.</summary>
    [Title("Columns", "列")]
    [ItemCount(0, 1000)]
    public IReadOnlyList<string> Columns { get; init; } = [];

    /// <summary>New names, after the columns were chosen.</summary>
    [Title("New names", "重命名")]
    [ItemCount(0, 1000)]
    public IReadOnlyList<ColumnRename> Rename { get; init; } = [];
}
