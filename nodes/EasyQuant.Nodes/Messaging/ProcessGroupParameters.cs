using EasyQuant.Flow;

namespace EasyQuant.Nodes.Messaging;

/// <summary>Parameters of <see cref="ProcessGroupNode"/>; a start fills them in.</summary>
public sealed record ProcessGroupParameters
{
    /// <summary>The whole definition, format <c>easyquant/groups/1</c>.</summary>
    [Title("Definition", "定义")]
    public required JsonTemplate Definition { get; init; }

    /// <summary>Id of the group that this replica belongs to; <c>*</c> for the run that tells the last sums of a start that was stopped or has failed, <c>*queues</c> for the one that deletes the queues of a start, <c>replay:</c> and the id for one that consumes its parked chunks once more.</summary>
    [Title("Group", "进程组")]
    [TextLength(1, 63)]
    public required string Group { get; init; }

    /// <summary>Id of the start.</summary>
    [Title("Start", "启动")]
    [TextLength(1, 63)]
    public required string Start { get; init; }

    /// <summary>Number of the replica.</summary>
    [Title("Replica", "副本")]
    [Bounds(0, 1_000_000_000)]
    public required int Replica { get; init; }
}
