namespace EasyQuant.Flow;

/// <summary>Checks how groups and queues hang together: every queue is written and read, and nothing flows in a circle.</summary>
internal static class GroupQueueCheck
{
    public static void Check(GroupsDefinition definition, FlowErrorList errors)
    {
        for (int i = 0; i < definition.Groups.Count; i++)
        {
            ProcessGroup group = definition.Groups[i];
            if (group.InputQueue.Length > 0 && definition.Groups.All(other => other.OutputQueue != group.InputQueue))
            {
                errors.Add("QUEUE_WITHOUT_PRODUCER", group.Id, $"/groups/{i}/inputQueue", $"No group writes the queue '{group.InputQueue}' that group '{group.Id}' reads.");
            }

            if (group.OutputQueue.Length > 0 && definition.Groups.All(other => other.InputQueue != group.OutputQueue))
            {
                errors.Add("QUEUE_WITHOUT_CONSUMER", group.Id, $"/groups/{i}/outputQueue", $"No group reads the queue '{group.OutputQueue}' that group '{group.Id}' writes.");
            }

            if (group.OutputQueue.Length > 0 && definition.Groups.Take(i).FirstOrDefault(other => other.OutputQueue == group.OutputQueue) is { } first)
            {
                errors.Add("QUEUE_WRITERS_MANY", group.Id, $"/groups/{i}/outputQueue", $"Groups '{first.Id}' and '{group.Id}' both write '{group.OutputQueue}'; give each a queue of its own, or one group more replicas.");
            }

            CheckShared(definition, i, errors);
        }

        if (GroupOrder.Find(definition, out IReadOnlyList<ProcessGroup> cycle) is null)
        {
            string path = string.Join(" -> ", cycle.Append(cycle[0]).Select(group => group.Id));
            errors.Add("CYCLE", cycle[0].Id, "/groups", $"Chunks would flow in a circle and never end: {path}.");
        }
    }

    // Two groups that share a consumer group would each see a part of the topic, with different chains.
    private static void CheckShared(GroupsDefinition definition, int index, FlowErrorList errors)
    {
        ProcessGroup group = definition.Groups[index];
        for (int i = 0; i < index && group.InputQueue.Length > 0; i++)
        {
            ProcessGroup other = definition.Groups[i];
            if (other.InputQueue == group.InputQueue && GroupChain.ConsumerGroup(other) == GroupChain.ConsumerGroup(group) && other.Id != group.Id)
            {
                errors.Add(
                    "CONSUMER_GROUP_SHARED", group.Id, $"/groups/{index}",
                    $"Groups '{other.Id}' and '{group.Id}' read '{group.InputQueue}' as one consumer group '{GroupChain.ConsumerGroup(group)}'; give one of them another.");
            }
        }
    }
}
