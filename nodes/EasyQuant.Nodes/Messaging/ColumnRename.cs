using EasyQuant.Flow;

namespace EasyQuant.Nodes.Messaging;

/// <summary>One new name of <see cref="TransformParameters"/>.</summary>
public sealed record ColumnRename
{
    /// <summary>Name as it is.</summary>
    [Title("From", "原名")]
    [TextLength(1, 100)]
    public required string From { get; init; }

    /// <summary>Name from now on.</summary>
    [Title("To", "新名")]
    [TextLength(1, 100)]
    public required string To { get; init; }
}
