using EasyQuant.Flow;

namespace EasyQuant.Nodes.Messaging;

/// <summary>Sums up the nodes of a chain over the lanes of a replica.</summary>
internal static class GroupStages
{
    /// <summary>Returns one entry a node, in the order of the chain.</summary>
    /// <param name="nodes">The chain.</param>
    /// <param name="lanes">Its lanes so far; who adds to the list locks it.</param>
    public static IReadOnlyList<StageProgress> Of(IReadOnlyList<WorkflowNode> nodes, List<StreamExecution> lanes)
    {
        StreamExecution[] known;
        lock (lanes)
        {
            known = [.. lanes];
        }

        var sums = new StageCounts[nodes.Count];
        foreach (StreamExecution lane in known)
        {
            IReadOnlyList<StageCounts> stages = lane.Stages;
            for (int i = 0; i < Math.Min(sums.Length, stages.Count); i++)
            {
                sums[i] = sums[i].Add(stages[i]);
            }
        }

        return [.. sums.Select((sum, i) => ToProgress(nodes[i], sum))];
    }

    // A consumer does not work until a chunk comes, it waits.
    private static StageProgress ToProgress(WorkflowNode node, StageCounts sum)
    {
        bool isConsumer = node.Type == GroupChain.ConsumerType;
        TimeSpan busy = isConsumer ? TimeSpan.Zero : sum.Busy;
        TimeSpan waiting = isConsumer ? sum.Waiting + sum.Busy : sum.Waiting;
        return new StageProgress(
            node.Id, node.Type, sum.Chunks, sum.Rows, sum.Bytes, (long)busy.TotalMicroseconds, (long)waiting.TotalMicroseconds, sum.Errors);
    }
}
