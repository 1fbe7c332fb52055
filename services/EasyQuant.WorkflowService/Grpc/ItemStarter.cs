using System.Globalization;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.Persistence;
using EasyQuant.ServiceDefaults.Errors;
using EasyQuant.WorkflowService.Storage.Items;
using EasyQuant.WorkflowService.Storage.Runs;

namespace EasyQuant.WorkflowService.Grpc;

/// <summary>
/// Starts remote items: a run each, with an id of the request that follows from parent, node, index and generation, so that the same item is created once
/// however often it is asked for. An item that is tried again is a retry of its run. Thread-safe.
/// </summary>
internal sealed class ItemStarter(ItemStartStore store, RunFactory factory, RunWriter writer, RunControl control)
{
    private const int PriorityMax = 100;

    /// <summary>Starts the items; null when the lease is lost.</summary>
    public async Task<StartItemsResponse?> StartAsync(Lease lease, StartItemsRequest request, CancellationToken cancellationToken)
    {
        string nodeId = request.Lease.NodeId;
        if (await store.ReadAsync(lease, nodeId, [.. request.Items.Select(item => item.Index)], cancellationToken) is not { } found)
        {
            return null;
        }

        var answer = new StartItemsResponse();
        (LeasedRun parent, int generation, string target, Dictionary<int, KnownChild> known) = found;
        if (parent.Row.IsCancelRequested || parent.Row.StepCancelOf(nodeId) is not null)
        {
            return answer;
        }

        List<ItemStart> fresh = [.. request.Items.Where(item => !known.ContainsKey(item.Index))];
        if (fresh.Count > 0 && !await CreateAsync(lease, request, fresh, parent.Row, new ItemFamily(generation, new RunTarget(target, target, null)), answer, cancellationToken))
        {
            return null;
        }

        var again = new List<(int Index, int Attempt, Guid RunId)>();
        foreach (ItemStart item in request.Items.Where(item => known.ContainsKey(item.Index)))
        {
            KnownChild child = known[item.Index];
            again.Add((item.Index, item.Attempt, child.RunId));
            if (child.State is RunState.Succeeded or RunState.Failed or RunState.Cancelled)
            {
                Guid requestId = DeterministicId.Create(child.RunId, string.Create(CultureInfo.InvariantCulture, $"attempt/{item.Attempt}"));
                await control.RetryAsync(
                    parent.ProjectId,
                    child.RunId,
                    requestId,
                    (run, states) => [.. states.Where(step => run.State == RunState.Succeeded || step.Value is not (StepState.Succeeded or StepState.Skipped)).Select(step => step.Key)],
                    ItemReset.NotSucceeded,
                    cancellationToken);
            }
        }

        try
        {
            return again.Count == 0 || await store.MarkAsync(lease, nodeId, again, cancellationToken) ? answer : null;
        }
        catch (ParentCancelledException)
        {
            return answer;
        }
    }

    private async Task<bool> CreateAsync(
        Lease lease, StartItemsRequest request, List<ItemStart> fresh, RunRow parent, ItemFamily family, StartItemsResponse answer, CancellationToken cancellationToken)
    {
        List<(ItemStart Item, NewRun Run)> runs = await BuildAsync(request, fresh, parent, family, answer, cancellationToken);
        if (runs.Count == 0)
        {
            return true;
        }

        foreach ((ItemStart item, NewRun run) in runs)
        {
            run.Row.ParentRunId = parent.RunId;
            run.Row.RootRunId = parent.RootRunId ?? parent.RunId;
            run.Row.ItemPath = string.Create(CultureInfo.InvariantCulture, $"{ChildRuns.PathOf(parent.ItemPath, request.Lease.NodeId)}{item.Index}]");
            // What the parent fixed holds for everything below it.
            run.Row.SubWorkflows = parent.SubWorkflows;
            // What lies deeper goes first: parents that wait never keep their own items from running.
            run.Row.Priority = Math.Min(PriorityMax, parent.Priority + 1);
            run.Row.TraceId = parent.TraceId;
            run.Row.TraceParent = parent.TraceParent;
        }

        try
        {
            await writer.CreateAsync(
                [.. runs.Select(run => run.Run)],
                async (connection, rows, token) =>
                {
                    (int, int, Guid)[] items = [.. runs.Select((run, i) => (run.Item.Index, run.Item.Attempt, rows[i].RunId))];
                    if (!await ItemStartStore.MarkAsync(connection, lease, request.Lease.NodeId, items, token))
                    {
                        throw new LostException();
                    }
                },
                cancellationToken);
            return true;
        }
        catch (ParentCancelledException)
        {
            return true;
        }
        catch (LostException)
        {
            return false;
        }
    }

    // One item with wrong inputs fails alone; the others of its batch start.
    private async Task<List<(ItemStart Item, NewRun Run)>> BuildAsync(
        StartItemsRequest request, List<ItemStart> items, RunRow parent, ItemFamily family, StartItemsResponse answer, CancellationToken cancellationToken)
    {
        RunSpec[] specs = [.. items.Select(item => Spec(request, item, parent, family.Generation))];
        try
        {
            IReadOnlyList<NewRun> built = await factory.BuildAsync(parent.ProjectId, parent.Actor, specs, family.Target, cancellationToken);
            return [.. items.Zip(built)];
        }
        catch (RpcError e) when (items.Count == 1)
        {
            answer.Refused.Add(new StoredItem
            {
                Item = new Item
                {
                    Index = items[0].Index,
                    Attempt = items[0].Attempt,
                    State = ItemState.Failed,
                    Mode = ItemMode.Remote,
                    Error = new RunError { Reason = e.Reason, Message = e.Message },
                },
            });
            return [];
        }
        catch (RpcError)
        {
            int half = items.Count / 2;
            List<(ItemStart, NewRun)> first = await BuildAsync(request, items[..half], parent, family, answer, cancellationToken);
            first.AddRange(await BuildAsync(request, items[half..], parent, family, answer, cancellationToken));
            return first;
        }
    }

    private static RunSpec Spec(StartItemsRequest request, ItemStart item, RunRow parent, int generation) => new()
    {
        RequestId = DeterministicId.Create(
            parent.RunId, string.Create(CultureInfo.InvariantCulture, $"item/{request.Lease.NodeId}/{generation}/{item.Index}")).ToString(),
        WorkflowName = request.WorkflowName,
        WorkflowVersion = request.WorkflowVersion,
        Inputs = item.Inputs,
        Seed = parent.Seed,
        JobName = "",
    };

    /// <summary>What the items of a fan-out have in common.</summary>
    /// <param name="Generation">Of the fan-out.</param>
    /// <param name="Target">What a worker must be to take one: what the parent demands.</param>
    private sealed record ItemFamily(int Generation, RunTarget Target);

    private sealed class LostException : Exception;
}
