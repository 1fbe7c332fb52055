namespace EasyQuant.Flow;

/// <summary>Orders groups along the flow of chunks.</summary>
internal static class GroupOrder
{
    /// <summary>Returns the indexes of the groups, writers before readers, otherwise as written; null when there is a circle, which is then given.</summary>
    public static IReadOnlyList<int>? Find(GroupsDefinition definition, out IReadOnlyList<ProcessGroup> cycle)
    {
        int count = definition.Groups.Count;
        var done = new bool[count];
        var order = new List<int>(count);
        while (order.Count < count)
        {
            int next = -1;
            for (int i = 0; i < count && next < 0; i++)
            {
                next = !done[i] && Writers(definition, i).All(writer => done[writer]) ? i : -1;
            }

            if (next < 0)
            {
                cycle = Cycle(definition, done);
                return null;
            }

            done[next] = true;
            order.Add(next);
        }

        cycle = [];
        return order;
    }

    /// <summary>Returns the indexes of the groups that write what a group reads, ascending.</summary>
    public static IEnumerable<int> Writers(GroupsDefinition definition, int reader)
    {
        string queue = definition.Groups[reader].InputQueue;
        for (int i = 0; i < definition.Groups.Count && queue.Length > 0; i++)
        {
            if (definition.Groups[i].OutputQueue == queue)
            {
                yield return i;
            }
        }
    }

    // From a group that waits, one that waits comes before it again and again: the walk must meet itself.
    private static List<ProcessGroup> Cycle(GroupsDefinition definition, bool[] done)
    {
        var walk = new List<int>();
        int at = Array.IndexOf(done, false);
        while (!walk.Contains(at))
        {
            walk.Add(at);
            at = Writers(definition, at).First(writer => !done[writer]);
        }

        walk.RemoveRange(0, walk.IndexOf(at));
        walk.Reverse();
        return [.. walk.Select(index => definition.Groups[index])];
    }
}
