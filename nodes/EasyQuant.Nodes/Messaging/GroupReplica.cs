using System.Diagnostics;
using System.Text.Json.Nodes;
using EasyQuant.Flow;
using EasyQuant.Messaging.Topics;
using EasyQuant.Persistence;
using EasyQuant.Persistence.Effects;
using EasyQuant.Persistence.Streams;
using Npgsql;

namespace EasyQuant.Nodes.Messaging;

/// <summary>One replica at work: lanes, leases of shards, reports, and the end.</summary>
internal sealed class GroupReplica(GroupContext context, NodeCatalog catalog, IGroupReports reports, NodeExecution execution)
{
    private static readonly TimeSpan s_shardLeaseMax = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_reportInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_shardWaitFirst = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan s_shardWaitMax = TimeSpan.FromMilliseconds(250);

    private readonly IReadOnlyList<WorkflowNode> _nodes = GroupChain.Of(context.Group);
    private readonly List<StreamExecution> _lanes = [];
    private readonly ParkedReports _parked = new(context);
    private readonly GroupCounts _counts = new(context);

    // A replica that is dead for its run is so for its shards.
    private readonly TimeSpan _shardLease = context.Run.LeaseTime > TimeSpan.Zero && context.Run.LeaseTime < s_shardLeaseMax ? context.Run.LeaseTime : s_shardLeaseMax;

    public async Task<JsonObject> RunAsync(CancellationToken cancellationToken)
    {
        // First, since it asserts its queue: what the broker refuses is known before anything is read or counted.
        await using ITopicProducer? producer = context.Group.OutputQueue.Length == 0
            ? null
            : await context.Transport.OpenProducerAsync(
                context.TopicOf(context.Group.OutputQueue), new TopicProducerOptions { ProjectId = context.Run.ProjectId, RunId = context.Run.RunId, WindowMax = MqProducerNode.ChunksMax }, cancellationToken);
        await context.OpenAsync(cancellationToken);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task reporting = ReportLoopAsync(stop.Token);
        try
        {
            Task[] lanes = [.. Enumerable.Range(0, context.Group.Threads).Select(lane => Task.Run(() => LaneAsync(lane, producer, stop.Token), CancellationToken.None))];
            await AllOrFirstFailureAsync(lanes, stop);
        }
        catch (NodeException e) when (e.Reason != "STREAM_ABORTED")
        {
            await AbortAsync(e);
            throw;
        }
        finally
        {
            await stop.CancelAsync();
            await reporting;
        }

        return await EndAsync(cancellationToken);
    }

    // The first failure ends the others, and is what is told.
    private static async Task AllOrFirstFailureAsync(Task[] lanes, CancellationTokenSource stop)
    {
        var open = lanes.ToList();
        Task? failed = null;
        while (open.Count > 0)
        {
            Task done = await Task.WhenAny(open);
            open.Remove(done);
            if (!done.IsCompletedSuccessfully)
            {
                failed ??= done;
                await stop.CancelAsync();
            }
        }

        if (failed is not null)
        {
            await failed;
        }
    }

    private Task LaneAsync(int lane, ITopicProducer? producer, CancellationToken cancellationToken) => context.IsSource
        ? ShardsAsync(lane, producer, cancellationToken)
        : StreamChain.Create(_nodes, catalog).RunAsync(Execution(lane, context.Group.Threads, producer), cancellationToken);

    private async Task ShardsAsync(int lane, ITopicProducer? producer, CancellationToken cancellationToken)
    {
        // What an earlier lease of this run held is free at once: its holder is dead, or a zombie that is refused. So is what this lane took when the answer was lost.
        string run = $"run/{context.Run.RunId}/";
        string siblings = $"{run}{context.Run.Epoch}/";
        var owner = new StreamOwner($"{siblings}{lane}", run, siblings);
        TimeSpan wait = s_shardWaitFirst;
        while (true)
        {
            StreamLease? lease = await ReadAsync(
                (connection, token) => context.Producers.TakeAsync(connection, context.ShardStream, owner, _shardLease, token), cancellationToken);
            if (lease is not null)
            {
                await ShardAsync(lease, producer, cancellationToken);
                wait = s_shardWaitFirst;
                continue;
            }

            StreamStatus? status = await ReadAsync((connection, token) => context.Streams.GetAsync(connection, context.ShardStream, token), cancellationToken);
            if (status?.State == StreamState.Aborted)
            {
                throw new NodeException("STREAM_ABORTED", $"The stream was given up: {status.Reason}");
            }

            if (status is null || status.Producers.All(one => one.IsClosed))
            {
                return;
            }

            // Others hold what is left; if they die, it becomes free.
            await Task.Delay(wait, execution.Services.Time, cancellationToken);
            wait = wait * 2 > s_shardWaitMax ? s_shardWaitMax : wait * 2;
        }
    }

    private async Task ShardAsync(StreamLease lease, ITopicProducer? producer, CancellationToken cancellationToken)
    {
        using var lost = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var progress = new ShardProgress(lease.NextSequence);
        Task renewing = RenewAsync(lease, progress, lost);
        bool isClosed = false;
        try
        {
            StreamExecution shard = Execution(lease.Producer, context.Plan.ShardCount(context.Group.Id), producer, lease, progress);
            long total = await StreamChain.Create(_nodes, catalog).RunAsync(shard, lost.Token);
            await context.Patient.RunAsync("groups.close", (connection, token) => context.Producers.CloseAsync(connection, lease, total, token), lost.Token);
            isClosed = true;
        }
        catch (Exception e) when (e is EpochStaleException or StreamFencedException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // Another replica has the shard.
        }
        catch (StreamException e)
        {
            throw new NodeException(e.Reason, e.Message, transient: false, e);
        }
        finally
        {
            await lost.CancelAsync();
            await renewing;
            if (!isClosed)
            {
                await TryAsync(connection => context.Producers.ReleaseAsync(connection, lease, progress.NextSequence, CancellationToken.None));
            }
        }
    }

    private async Task RenewAsync(StreamLease lease, ShardProgress progress, CancellationTokenSource lost)
    {
        Activity.Current = null;
        while (!lost.IsCancellationRequested)
        {
            await Task.Delay(_shardLease / 5, execution.Services.Time, lost.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                await context.Patient.RunAsync("groups.renew", (connection, token) => context.Producers.RenewAsync(connection, lease, progress.NextSequence, _shardLease, token), lost.Token);
            }
            catch (EpochStaleException)
            {
                await lost.CancelAsync();
            }
            catch (Exception e) when (e is OperationCanceledException || TransientRetry.IsTransient(e))
            {
                // The next one may come through; if none does, the lease runs out and another replica takes the shard.
            }
        }
    }

    private async Task<JsonObject> EndAsync(CancellationToken cancellationToken)
    {
        if (context.IsRelay)
        {
            await context.Patient.RunAsync<int>(
                "groups.close-derived",
                (connection, token) => context.Producers.CloseDerivedAsync(connection, context.StreamOf(context.Group.OutputQueue), token),
                cancellationToken);
        }

        GroupProgress progress = (await ProgressAsync(cancellationToken)) with { Stages = GroupStages.Of(_nodes, _lanes) };
        await TellAsync(progress, cancellationToken);
        if (!context.IsSource)
        {
            await foreach (IReadOnlyList<ParkedProgress> page in _parked.AllAsync(cancellationToken))
            {
                await TellAsync(progress with { Stages = [], Parked = page }, cancellationToken);
            }

            await TellOfWriterAsync(cancellationToken);
        }

        execution.Report(new StepMetrics(progress.Rows, progress.Rows));
        return new JsonObject
        {
            ["chunks"] = progress.Chunks, ["rows"] = progress.Rows, ["bytes"] = progress.Bytes, ["dead_letters"] = progress.Dead, ["errors"] = progress.Errors,
        };
    }

    // The writer has left before its last rows were consumed: the readers complete its sums.
    private async Task TellOfWriterAsync(CancellationToken cancellationToken)
    {
        if (context.SourceWriter is { } writer)
        {
            await TellAsync(_counts.OfWriter(writer.Id, await _counts.ReadAsync(cancellationToken), ErrorCount()), cancellationToken);
        }
    }

    // The last sums, which no later report makes good.
    private Task<bool> TellAsync(GroupProgress progress, CancellationToken cancellationToken) => context.Patient.WaitAsync(
        async () =>
        {
            await reports.ReportAsync(progress, cancellationToken);
            return true;
        },
        cancellationToken);

    private async Task ReportLoopAsync(CancellationToken cancellationToken)
    {
        // Housekeeping for as long as the group lives leaves no spans.
        Activity.Current = null;
        while (!cancellationToken.IsCancellationRequested)
        {
            await Task.Delay(s_reportInterval, execution.Services.Time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                GroupProgress progress = (await ProgressAsync(cancellationToken)) with { Stages = GroupStages.Of(_nodes, _lanes) };
                progress = context.IsSource ? progress : progress with { Parked = await _parked.NextAsync(progress.Dead, cancellationToken) };
                execution.Progress(progress.Chunks, 0, $"{progress.Rows} rows");
                await reports.ReportAsync(progress, cancellationToken);
            }
            catch (Exception e) when (e is OperationCanceledException or TimeoutException or NpgsqlException or NodeException || TransientRetry.IsTransient(e))
            {
                // The next report holds everything again.
            }
        }
    }

    private async Task<GroupProgress> ProgressAsync(CancellationToken cancellationToken) => _counts.Of(await _counts.ReadAsync(cancellationToken), ErrorCount());

    private long ErrorCount()
    {
        lock (_lanes)
        {
            return _lanes.Sum(lane => lane.ErrorCount);
        }
    }

    private async Task AbortAsync(NodeException cause)
    {
        foreach (string stream in context.Definition.Groups.Select(group => group.OutputQueue).Where(queue => queue.Length > 0).Select(context.StreamOf).Append(context.ShardStream).Distinct(StringComparer.Ordinal))
        {
            await TryAsync(connection => context.Streams.AbortAsync(connection, stream, $"{cause.Reason}: {cause.Message}", CancellationToken.None));
        }
    }

    // Best effort: leases run out and the start cancels its runs in any case.
    private async Task TryAsync(Func<NpgsqlConnection, Task> work)
    {
        try
        {
            await Transactions.ReadAsync(
                context.Database.DataSource,
                async (connection, _) =>
                {
                    await work(connection);
                    return true;
                },
                CancellationToken.None);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or StreamException || TransientRetry.IsTransient(e))
        {
            execution.Progress(0, 0, e.Message);
        }
    }

    private StreamExecution Execution(int shard, int shardCount, ITopicProducer? producer, StreamLease? lease = null, ShardProgress? progress = null)
    {
        NodeServices services = execution.Services.With(context);
        services = producer is null ? services : services.With(producer);
        services = lease is null ? services : services.With(lease);
        services = progress is null ? services : services.With(progress);
        var lane = new StreamExecution(execution.Run, services, context.Group, shard, shardCount);
        lock (_lanes)
        {
            _lanes.Add(lane);
        }

        return lane;
    }

    private Task<T> ReadAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken) =>
        context.Patient.ReadAsync(work, cancellationToken);
}
