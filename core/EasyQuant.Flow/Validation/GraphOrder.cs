namespace EasyQuant.Flow;

/// <summary>
/// Topological order by Kahn's algorithm; among nodes that are ready the one that stands first in the definition goes first, so the order is a function of
/// the definition alone. What is left over contains the cycles, which are named one by one.
/// </summary>
internal static class GraphOrder
{
    private const int CyclesNamedMax = 20;

    public static int[] Compute(WorkflowDefinition definition, GraphModel model, FlowErrorList errors)
    {
        int count = definition.Nodes.Count;
        List<int>[] successors = new List<int>[count];
        int[] waiting = new int[count];
        for (int node = 0; node < count; node++)
        {
            foreach (PortRef source in model.Sources[node])
            {
                Link(successors, waiting, source.Node, node);
            }

            foreach (PortRef source in model.Reads[node] ?? [])
            {
                Link(successors, waiting, source.Node, node);
            }
        }

        int[] order = new int[count];
        int done = Sort(successors, waiting, order);
        if (done == count)
        {
            return order;
        }

        NameCycles(definition, successors, waiting, errors);
        return [];
    }

    private static void Link(List<int>[] successors, int[] waiting, int from, int to)
    {
        if (from >= 0)
        {
            (successors[from] ??= []).Add(to);
            waiting[to]++;
        }
    }

    private static int Sort(List<int>[] successors, int[] waiting, int[] order)
    {
        var ready = new PriorityQueue<int, int>();
        for (int node = 0; node < waiting.Length; node++)
        {
            if (waiting[node] == 0)
            {
                ready.Enqueue(node, node);
            }
        }

        int done = 0;
        while (ready.TryDequeue(out int node, out _))
        {
            order[done++] = node;
            foreach (int next in successors[node] ?? [])
            {
                if (--waiting[next] == 0)
                {
                    ready.Enqueue(next, next);
                }
            }
        }

        return done;
    }

    // Every node left (waiting > 0) has a predecessor that is left, so walking backwards from any of them must meet a cycle.
    private static void NameCycles(WorkflowDefinition definition, List<int>[] successors, int[] waiting, FlowErrorList errors)
    {
        int count = waiting.Length;
        int[] predecessor = new int[count];
        Array.Fill(predecessor, -1);
        for (int node = count - 1; node >= 0; node--)
        {
            if (waiting[node] > 0)
            {
                foreach (int next in successors[node] ?? [])
                {
                    predecessor[next] = waiting[next] > 0 ? node : predecessor[next];
                }
            }
        }

        byte[] seen = new byte[count];
        int named = 0;
        for (int start = 0; start < count && named < CyclesNamedMax; start++)
        {
            var path = new List<int>();
            int node = start;
            while (node >= 0 && waiting[node] > 0 && seen[node] == 0)
            {
                seen[node] = 1;
                path.Add(node);
                node = predecessor[node];
            }

            if (node >= 0 && seen[node] == 1)
            {
                Name(definition, path[path.IndexOf(node)..], errors);
                named++;
            }

            foreach (int visited in path)
            {
                seen[visited] = 2;
            }
        }
    }

    private static void Name(WorkflowDefinition definition, List<int> cycle, FlowErrorList errors)
    {
        cycle.Reverse();
        int first = cycle.IndexOf(cycle.Min());
        IEnumerable<string> ids = cycle.Skip(first).Concat(cycle.Take(first + 1)).Select(n => definition.Nodes[n].Id);
        string shown = cycle.Count <= 20 ? string.Join(" -> ", ids) : string.Join(" -> ", ids.Take(20)) + $" -> ... ({cycle.Count} nodes)";
        int node = cycle[first];
        errors.Add("CYCLE", definition.Nodes[node].Id, $"/nodes/{node}", $"These nodes wait for each other: {shown}.");
    }
}
