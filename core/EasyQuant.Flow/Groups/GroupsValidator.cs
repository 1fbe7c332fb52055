namespace EasyQuant.Flow;

/// <summary>Finds everything that is wrong with process groups, at once, and names the group or the node (<c>group/node</c>) at fault.</summary>
public static class GroupsValidator
{
    /// <summary>Validates a definition.</summary>
    /// <param name="definition">The definition.</param>
    /// <param name="catalog">Node types.</param>
    /// <returns>All errors, at most <see cref="FlowLimits.ErrorsMax"/>; empty when it is valid. Pointers go into the definition's JSON.</returns>
    public static IReadOnlyList<FlowError> Validate(GroupsDefinition definition, INodeDefinitions catalog)
    {
        ArgumentNullException.ThrowIfNull(definition);
        ArgumentNullException.ThrowIfNull(catalog);
        var errors = new FlowErrorList();
        CheckHead(definition, errors);
        CheckTopics(definition, errors);
        var ids = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < definition.Groups.Count; i++)
        {
            CheckGroup(definition.Groups[i], $"/groups/{i}", ids, errors);
            new GroupChainCheck(definition, definition.Groups[i], $"/groups/{i}", catalog, errors).Check();
        }

        GroupQueueCheck.Check(definition, errors);
        return errors.Errors;
    }

    private static void CheckHead(GroupsDefinition definition, FlowErrorList errors)
    {
        CheckName(definition.Name, GroupLimits.NameLengthMax, null, "/name", errors);
        if (!GroupBrokers.All.Contains(definition.MqType, StringComparer.Ordinal))
        {
            errors.Add("BROKER_UNKNOWN", null, "/mqType", $"Expected one of {string.Join(", ", GroupBrokers.All)}, got '{definition.MqType}'.");
        }

        foreach ((string name, System.Text.Json.Nodes.JsonNode? value) in definition.MqConfig)
        {
            if (name != "prefetch")
            {
                errors.Add("UNKNOWN_PARAMETER", null, $"/mqConfig/{JsonPointer.Escape(name)}", $"There is no setting '{name}'; known: prefetch.");
            }
            else if (value is not System.Text.Json.Nodes.JsonValue number || !number.TryGetValue(out int prefetch) || prefetch is < 1 or > 300)
            {
                errors.Add("PARAMETER_OUT_OF_RANGE", null, "/mqConfig/prefetch", $"Expected an integer from 1 to 300, got {value?.ToJsonString() ?? "null"}.");
            }
        }

        if (definition.Groups.Count == 0)
        {
            errors.Add("GROUPS_MISSING", null, "/groups", "A definition needs at least one group.");
        }
    }

    private static void CheckTopics(GroupsDefinition definition, FlowErrorList errors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < definition.Topics.Count; i++)
        {
            GroupTopic topic = definition.Topics[i];
            string pointer = $"/topics/{i}";
            CheckName(topic.Name, GroupLimits.NameLengthMax, null, $"{pointer}/name", errors);
            if (!names.Add(topic.Name))
            {
                errors.Add("DUPLICATE_TOPIC", null, $"{pointer}/name", $"There are two topics '{topic.Name}'.");
            }

            if (!GroupSerializers.All.Contains(topic.Serializer, StringComparer.Ordinal))
            {
                errors.Add("SERIALIZER_UNKNOWN", null, $"{pointer}/serializer", $"Expected one of {string.Join(", ", GroupSerializers.All)}, got '{topic.Serializer}'.");
            }

            CheckRange(topic.LengthMax, 1, GroupLimits.LengthMax, null, $"{pointer}/lengthMax", errors);
            CheckRange(topic.ChunkRowsMax, 1, GroupLimits.ChunkRowsMax, null, $"{pointer}/chunkRowsMax", errors);
            CheckRange(topic.ChunkBytesMax, 1_024, GroupLimits.ChunkBytesMax, null, $"{pointer}/chunkBytesMax", errors);
            CheckRange(topic.DeliveriesMax, 1, GroupLimits.DeliveriesMax, null, $"{pointer}/deliveriesMax", errors);
            if (definition.Groups.All(group => group.InputQueue != topic.Name && group.OutputQueue != topic.Name))
            {
                errors.Add("QUEUE_UNUSED", null, pointer, $"No group reads or writes the topic '{topic.Name}'.");
            }
        }
    }

    private static void CheckGroup(ProcessGroup group, string pointer, HashSet<string> ids, FlowErrorList errors)
    {
        CheckName(group.Id, GroupLimits.IdLengthMax, group.Id, $"{pointer}/id", errors);
        if (!ids.Add(group.Id))
        {
            errors.Add("DUPLICATE_GROUP_ID", group.Id, $"{pointer}/id", $"There are two groups '{group.Id}'.");
        }

        CheckRange(group.Replicas, 1, GroupLimits.ReplicasMax, group.Id, $"{pointer}/replicas", errors);
        CheckRange(group.Threads, 1, GroupLimits.ThreadsMax, group.Id, $"{pointer}/threads", errors);
        if (group.Shards is { } shards)
        {
            CheckRange(shards, 1, GroupLimits.ShardsMax, group.Id, $"{pointer}/shards", errors);
            if (group.InputQueue.Length > 0)
            {
                errors.Add("SHARDS_NOT_ALLOWED", group.Id, $"{pointer}/shards", $"Group '{group.Id}' reads a topic; only a source has shards.");
            }
        }

        foreach ((string queue, string field) in new[] { (group.InputQueue, "inputQueue"), (group.OutputQueue, "outputQueue") })
        {
            if (queue.Length > 0)
            {
                CheckName(queue, GroupLimits.NameLengthMax, group.Id, $"{pointer}/{field}", errors);
            }
        }
    }

    private static void CheckName(string name, int lengthMax, string? group, string pointer, FlowErrorList errors)
    {
        if (!FlowNames.IsName(name) || name.Length > lengthMax)
        {
            errors.Add("NAME_INVALID", group, pointer, $"A name here matches [a-z0-9][a-z0-9._-]* and has 1 to {lengthMax} characters, got '{(name.Length > 100 ? name[..100] : name)}'.");
        }
    }

    private static void CheckRange(int value, int min, int max, string? group, string pointer, FlowErrorList errors)
    {
        if (value < min || value > max)
        {
            errors.Add("PARAMETER_OUT_OF_RANGE", group, pointer, $"Expected {min} to {max}, got {value}.");
        }
    }
}
