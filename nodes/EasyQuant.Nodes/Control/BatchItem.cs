using EasyQuant.Flow;

namespace EasyQuant.Nodes.Control;

/// <summary>State of one item while a fan-out runs. Written by the thread that executes the item.</summary>
internal sealed class BatchItem
{
    public ItemState State { get; set; }

    public int Attempt { get; set; }

    public StepError? Error { get; set; }

    public ChildRunResult? Result { get; set; }
}
