namespace EasyQuant.Flow;

/// <summary>
/// Who produces what in a valid definition. A topic's logical producers are numbered from 0: the shards of each source that writes it, and for a group
/// that reads and writes, one for each producer of its input, in the order of the groups. So numbers stay the same however many replicas there are. Immutable.
/// </summary>
public sealed class GroupsPlan
{
    private readonly GroupsDefinition _definition;
    private readonly int[] _producerCounts;
    private readonly int[] _firstProducers;
    private readonly Dictionary<string, int> _topicCounts = new(StringComparer.Ordinal);

    private GroupsPlan(GroupsDefinition definition, IReadOnlyList<int> order)
    {
        _definition = definition;
        _producerCounts = new int[definition.Groups.Count];
        _firstProducers = new int[definition.Groups.Count];
        foreach (int index in order)
        {
            // Every writer of its input stands before it.
            ProcessGroup group = definition.Groups[index];
            _producerCounts[index] = group.InputQueue.Length > 0
                ? GroupOrder.Writers(definition, index).Sum(writer => _producerCounts[writer])
                : group.Shards ?? GroupLimits.ShardsDefault;
        }

        for (int i = 0; i < definition.Groups.Count; i++)
        {
            string queue = definition.Groups[i].OutputQueue;
            if (queue.Length > 0)
            {
                _firstProducers[i] = _topicCounts.GetValueOrDefault(queue);
                _topicCounts[queue] = _firstProducers[i] + _producerCounts[i];
            }
        }

        Order = [.. order.Select(index => definition.Groups[index])];
    }

    /// <summary>The groups, writers before readers.</summary>
    public IReadOnlyList<ProcessGroup> Order { get; }

    /// <summary>Makes the plan.</summary>
    /// <param name="definition">A valid definition.</param>
    /// <exception cref="ArgumentException">The groups form a circle.</exception>
    public static GroupsPlan Create(GroupsDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        return new GroupsPlan(
            definition, GroupOrder.Find(definition, out _) ?? throw new ArgumentException("The groups form a circle.", nameof(definition)));
    }

    /// <summary>Logical producers of a topic.</summary>
    /// <param name="topic">Name of a queue that a group writes.</param>
    public int ProducerCount(string topic) => _topicCounts[topic];

    /// <summary>Consumer groups of a topic, in the order of the groups.</summary>
    /// <param name="topic">Name of a queue.</param>
    public IReadOnlyList<string> ConsumerGroups(string topic) =>
        [.. _definition.Groups.Where(group => group.InputQueue == topic).Select(GroupChain.ConsumerGroup)];

    /// <summary>Shards of a source group; for a group that reads a topic, the logical producers that it reads.</summary>
    /// <param name="groupId">Id of a group.</param>
    public int ShardCount(string groupId) => _producerCounts[IndexOf(groupId)];

    /// <summary>Number of the group's first logical producer on its output topic: its shard s is producer first + s.</summary>
    /// <param name="groupId">Id of a group with an output queue.</param>
    public int FirstProducer(string groupId) => _firstProducers[IndexOf(groupId)];

    /// <summary>Returns a group.</summary>
    /// <param name="groupId">Its id.</param>
    /// <exception cref="ArgumentException">There is no such group.</exception>
    public ProcessGroup Group(string groupId) => _definition.Groups[IndexOf(groupId)];

    private int IndexOf(string groupId)
    {
        for (int i = 0; i < _definition.Groups.Count; i++)
        {
            if (_definition.Groups[i].Id == groupId)
            {
                return i;
            }
        }

        throw new ArgumentException($"There is no group '{groupId}'.", nameof(groupId));
    }
}
