namespace EasyQuant.Flow;

/// <summary>Groups and queues as a page draws them. Immutable.</summary>
/// <param name="Nodes">Groups in the order of the definition, then queues in the order of their first use.</param>
/// <param name="Edges">Group to queue and queue to group, in the order of the groups.</param>
public sealed record GroupsTopology(IReadOnlyList<TopologyNode> Nodes, IReadOnlyList<TopologyEdge> Edges)
{
    /// <summary>Builds the picture of a definition; it need not be valid, a circle is drawn as far as it goes.</summary>
    /// <param name="definition">The definition.</param>
    public static GroupsTopology Of(GroupsDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        var layers = new int[definition.Groups.Count];
        foreach (int index in GroupOrder.Find(definition, out _) ?? [])
        {
            layers[index] = GroupOrder.Writers(definition, index).Select(writer => layers[writer] + 2).DefaultIfEmpty(0).Max();
        }

        var nodes = new List<TopologyNode>();
        var queues = new List<TopologyNode>();
        var edges = new List<TopologyEdge>();
        for (int i = 0; i < definition.Groups.Count; i++)
        {
            ProcessGroup group = definition.Groups[i];
            nodes.Add(new TopologyNode($"group:{group.Id}", group.Id, IsQueue: false, group.Name.Length > 0 ? group.Name : group.Id, layers[i]));
            foreach ((string queue, bool isOutput) in new[] { (group.InputQueue, false), (group.OutputQueue, true) })
            {
                if (queue.Length == 0)
                {
                    continue;
                }

                string queueId = $"queue:{queue}";
                int layer = isOutput ? layers[i] + 1 : Math.Max(0, layers[i] - 1);
                int known = queues.FindIndex(node => node.Id == queueId);
                if (known < 0)
                {
                    queues.Add(new TopologyNode(queueId, queue, IsQueue: true, queue, layer));
                }
                else
                {
                    queues[known] = queues[known] with { Layer = Math.Max(queues[known].Layer, layer) };
                }

                edges.Add(isOutput ? new TopologyEdge($"group:{group.Id}", queueId) : new TopologyEdge(queueId, $"group:{group.Id}"));
            }
        }

        return new GroupsTopology([.. nodes, .. queues], edges);
    }
}
