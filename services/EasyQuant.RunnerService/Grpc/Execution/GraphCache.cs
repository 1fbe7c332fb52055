using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.Flow;
using Google.Protobuf;
using Microsoft.Extensions.Options;
using Wire = EasyQuant.Contracts.Workflow.V1;

namespace EasyQuant.RunnerService.Grpc.Execution;

/// <summary>Keeps prepared workflows by their content, so that a run of a known workflow starts warm. Thread-safe; at most <see cref="RunnerOptions.CacheSize"/> stay.</summary>
internal sealed class GraphCache(NodeCatalog catalog, ActivitySource activities, IOptions<RunnerOptions> options)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, LinkedListNode<(string Key, PreparedWorkflow Workflow)>> _index = new(StringComparer.Ordinal);
    private readonly LinkedList<(string Key, PreparedWorkflow Workflow)> _byUse = new();

    /// <summary>Returns the prepared workflow of a claimed run.</summary>
    /// <exception cref="WorkflowInvalidException">It cannot be prepared by this Runner.</exception>
    public PreparedWorkflow Get(ClaimedRun claimed)
    {
        string key = Key(claimed);
        lock (_gate)
        {
            if (_index.TryGetValue(key, out LinkedListNode<(string Key, PreparedWorkflow Workflow)>? known))
            {
                _byUse.Remove(known);
                _byUse.AddFirst(known);
                return known.Value.Workflow;
            }
        }

        PreparedWorkflow workflow = Prepare(claimed, key);
        lock (_gate)
        {
            if (!_index.ContainsKey(key))
            {
                _index[key] = _byUse.AddFirst((key, workflow));
                if (_index.Count > options.Value.CacheSize)
                {
                    _index.Remove(_byUse.Last!.Value.Key);
                    _byUse.RemoveLast();
                }
            }
        }

        return workflow;
    }

    private static string Key(ClaimedRun claimed)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(claimed.Definition.ToByteArray());
        foreach (SubWorkflow sub in claimed.SubWorkflows)
        {
            hash.AppendData(sub.ToByteArray());
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static WorkflowDefinition Read(Wire.WorkflowDefinition wire)
    {
        WorkflowParseResult parsed = WorkflowJson.Parse(Encoding.UTF8.GetBytes(JsonFormatter.Default.Format(wire)));
        return parsed.Definition ?? throw new WorkflowInvalidException(parsed.Errors);
    }

    private PreparedWorkflow Prepare(ClaimedRun claimed, string key)
    {
        WorkflowDefinition definition = Read(claimed.Definition);
        var children = new Dictionary<(string Name, int Version), WorkflowDefinition>();
        foreach (SubWorkflow sub in claimed.SubWorkflows)
        {
            WorkflowDefinition child = Read(sub.Definition);
            children[(child.Name, sub.Version)] = child;
            (string Name, int) newest = (child.Name, 0);
            if (!children.ContainsKey(newest) || claimed.SubWorkflows.Where(s => s.Definition.Name == child.Name).Max(s => s.Version) == sub.Version)
            {
                children[newest] = child;
            }
        }

        var runner = new GraphChildRunner(catalog, (name, version) => children.GetValueOrDefault((name, version)), activities);
        return new PreparedWorkflow(new GraphPool(definition, catalog), runner, children, key);
    }
}
