using System.Text.RegularExpressions;
using EasyQuant.Flow;

namespace EasyQuant.WorkflowService.Definitions;

/// <summary>Which node of a valid definition needs which other: by an edge or by an expression. Immutable.</summary>
internal sealed partial class NodeDependencies
{
    private readonly Dictionary<string, int> _index;
    private readonly List<int>[] _successors;
    private readonly string[] _types;

    public NodeDependencies(WorkflowDefinition definition)
    {
        int count = definition.Nodes.Count;
        NodeIds = [.. definition.Nodes.Select(node => node.Id)];
        _types = [.. definition.Nodes.Select(node => node.Type)];
        _index = Enumerable.Range(0, count).ToDictionary(i => NodeIds[i], StringComparer.Ordinal);
        _successors = new List<int>[count];
        int[] waiting = new int[count];
        foreach (WorkflowEdge edge in definition.Edges)
        {
            if (FlowNames.TrySplitPort(edge.From, out string from, out _) && FlowNames.TrySplitPort(edge.To, out string to, out _))
            {
                Link(from, to, waiting);
            }
        }

        foreach (WorkflowNode node in definition.Nodes)
        {
            foreach (Match read in NodeExpression().Matches(node.Params.ToJsonString()))
            {
                Link(read.Groups[1].Value, node.Id, waiting);
            }
        }

        Order = Sort(waiting);
    }

    /// <summary>Ids by index in the definition.</summary>
    public IReadOnlyList<string> NodeIds { get; }

    /// <summary>Indexes in the order in which the nodes run: of those that are ready, the first of the definition.</summary>
    public IReadOnlyList<int> Order { get; }

    public bool Contains(string nodeId) => _index.ContainsKey(nodeId);

    public string TypeOf(string nodeId) => _types[_index[nodeId]];

    /// <summary>Returns the nodes and everything that depends on them.</summary>
    public HashSet<string> WithDependents(IEnumerable<string> nodeIds)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>(nodeIds.Where(Contains));
        while (open.TryPop(out string? id))
        {
            if (found.Add(id))
            {
                foreach (int next in _successors[_index[id]] ?? [])
                {
                    open.Push(NodeIds[next]);
                }
            }
        }

        return found;
    }

    private void Link(string from, string to, int[] waiting)
    {
        if (_index.TryGetValue(from, out int source) && _index.TryGetValue(to, out int target))
        {
            (_successors[source] ??= []).Add(target);
            waiting[target]++;
        }
    }

    private List<int> Sort(int[] waiting)
    {
        var order = new List<int>(waiting.Length);
        var ready = new PriorityQueue<int, int>();
        for (int i = 0; i < waiting.Length; i++)
        {
            if (waiting[i] == 0)
            {
                ready.Enqueue(i, i);
            }
        }

        while (ready.TryDequeue(out int node, out _))
        {
            order.Add(node);
            foreach (int next in _successors[node] ?? [])
            {
                if (--waiting[next] == 0)
                {
                    ready.Enqueue(next, next);
                }
            }
        }

        return order;
    }

    [GeneratedRegex(@"\$\{\s*nodes\.([A-Za-z_][A-Za-z0-9_-]*)", RegexOptions.CultureInvariant)]
    private static partial Regex NodeExpression();
}
