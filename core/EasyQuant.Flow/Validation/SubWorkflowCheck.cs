namespace EasyQuant.Flow;

/// <summary>Follows the calls between workflows depth first with an own stack: refuses missing targets, recursion, too deep and too large trees.</summary>
internal sealed class SubWorkflowCheck(
    INodeDefinitions catalog, Func<string, int, WorkflowDefinition?> resolve, FlowErrorList errors)
{
    private readonly Dictionary<(string Name, int Version), Size> _sizes = [];

    public void Check(WorkflowDefinition root)
    {
        var stack = new Stack<Frame>();
        stack.Push(new Frame(root, WorkflowReferences.Find(root, catalog), (root.Name, -1)));
        while (stack.TryPeek(out Frame? frame))
        {
            if (frame.Next == frame.References.Count)
            {
                stack.Pop();
                var size = new Size(frame.Nodes, frame.Height);
                _sizes[frame.Key] = size;
                if (stack.TryPeek(out Frame? parent))
                {
                    Grow(parent, size, stack, root);
                }

                continue;
            }

            WorkflowReference reference = frame.References[frame.Next];
            Enter(stack, frame, reference, root);
            frame.Next++;
            if (errors.IsFull)
            {
                return;
            }
        }
    }

    private void Enter(Stack<Frame> stack, Frame frame, WorkflowReference reference, WorkflowDefinition root)
    {
        if (stack.Any(f => f.Definition.Name == reference.Workflow))
        {
            string path = string.Join(" -> ", stack.Reverse().Select(f => f.Definition.Name).SkipWhile(n => n != reference.Workflow).Append(reference.Workflow));
            Add(stack, frame, reference, root, "SUB_WORKFLOW_RECURSION", $"The workflow calls itself: {path}.");
            return;
        }

        (string Workflow, int Version) key = (reference.Workflow, reference.Version);
        if (_sizes.TryGetValue(key, out Size known))
        {
            Grow(frame, known, stack, root);
            return;
        }

        if (resolve(reference.Workflow, reference.Version) is not { } definition)
        {
            string version = reference.Version == 0 ? "" : $" version {reference.Version}";
            Add(stack, frame, reference, root, "SUB_WORKFLOW_NOT_FOUND", $"There is no workflow '{reference.Workflow}'{version}.");
            return;
        }

        if (stack.Count > FlowLimits.DepthMax)
        {
            Add(stack, frame, reference, root, "LIMIT_EXCEEDED", $"Workflows may be nested {FlowLimits.DepthMax} deep.");
            return;
        }

        stack.Push(new Frame(definition, WorkflowReferences.Find(definition, catalog), key));
    }

    private void Grow(Frame frame, Size below, Stack<Frame> stack, WorkflowDefinition root)
    {
        frame.Nodes = Math.Min(frame.Nodes + below.Nodes, (long)FlowLimits.DescendantsMax * 2);
        frame.Height = Math.Max(frame.Height, below.Height + 1);
        if (stack.Count == 1 && !frame.IsReported && (frame.Nodes > FlowLimits.DescendantsMax || frame.Height > FlowLimits.DepthMax))
        {
            frame.IsReported = true;
            errors.Add(
                "LIMIT_EXCEEDED", null, "", $"'{root.Name}' with all workflows below it may have {FlowLimits.DescendantsMax} nodes and {FlowLimits.DepthMax} levels; it has at least {frame.Nodes} and {frame.Height}.");
        }
    }

    // What is wrong further down is reported at the node of the root that leads there.
    private void Add(Stack<Frame> stack, Frame frame, WorkflowReference reference, WorkflowDefinition root, string reason, string message)
    {
        Frame bottom = stack.Last();
        WorkflowReference at = ReferenceEquals(bottom, frame) ? reference : bottom.References[Math.Max(0, bottom.Next - 1)];
        string where = ReferenceEquals(bottom, frame) ? "" : $" (below '{at.Workflow}', in '{frame.Definition.Name}' node '{reference.NodeId}')";
        errors.Add(reason, at.NodeId, $"/nodes/{at.NodeIndex}/params/{JsonPointer.Escape(at.Parameter)}", message + where);
    }

    private sealed class Frame(WorkflowDefinition definition, IReadOnlyList<WorkflowReference> references, (string Name, int Version) key)
    {
        public WorkflowDefinition Definition { get; } = definition;

        public IReadOnlyList<WorkflowReference> References { get; } = references;

        public (string Name, int Version) Key { get; } = key;

        public int Next { get; set; }

        public long Nodes { get; set; } = definition.Nodes.Count;

        public int Height { get; set; }

        public bool IsReported { get; set; }
    }

    private readonly record struct Size(long Nodes, int Height);
}
