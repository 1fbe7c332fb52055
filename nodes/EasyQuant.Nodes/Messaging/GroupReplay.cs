using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using EasyQuant.Data;
using EasyQuant.Flow;
using EasyQuant.Messaging.Chunks;
using EasyQuant.Persistence.Streams;

namespace EasyQuant.Nodes.Messaging;

/// <summary>
/// Consumes the parked chunks of a group once more, from the table where they are kept: no broker is needed, and the start may have ended. Each chunk is tried
/// once; the keys make it harmless to do so twice. What a group makes for its output queue goes on through the readers of that queue.
/// </summary>
/// <param name="context">The group.</param>
/// <param name="catalog">Node types.</param>
/// <param name="reports">Takes the new sums.</param>
/// <param name="execution">Surroundings.</param>
/// <param name="reason">Only chunks that are parked for this reason; null for all.</param>
internal sealed class GroupReplay(GroupContext context, NodeCatalog catalog, IGroupReports reports, NodeExecution execution, string? reason = null) : IStreamSource
{
    /// <summary>Stands before the group in the parameter of the node; no id of a group holds a colon.</summary>
    public const string Prefix = "replay:";

    private const int PageSize = 100;

    private int _triedCount;
    private int _parkedCount;

    public async Task<JsonObject> RunAsync(CancellationToken cancellationToken)
    {
        // The start may be of an older version, which had fewer tables.
        await context.Patient.RunAsync("groups.open", context.Streams.EnsureTablesAsync, cancellationToken);
        NodeServices services = execution.Services.With(context);
        services = context.IsRelay ? services.With(new ReplayHandover(context)) : services;
        var lane = new StreamExecution(execution.Run, services, context.Group, 0, 1);
        await StreamChain.Create(GroupChain.Of(context.Group), catalog, this).RunAsync(lane, cancellationToken);
        var counts = new GroupCounts(context);
        if (await counts.ReadAsync(cancellationToken) is { } status)
        {
            GroupProgress progress = counts.Of(status, lane.ErrorCount);
            await reports.ReportAsync(progress, cancellationToken);
            await foreach (IReadOnlyList<ParkedProgress> page in new ParkedReports(context).AllAsync(cancellationToken))
            {
                await reports.ReportAsync(progress with { Parked = page }, cancellationToken);
            }
        }

        var sums = new JsonObject
        {
            ["group"] = context.Group.Id, ["chunks_tried"] = _triedCount, ["chunks_consumed"] = _triedCount - _parkedCount, ["chunks_parked_again"] = _parkedCount,
        };
        if (context.IsRelay)
        {
            sums["readers"] = await ReadersAsync(cancellationToken);
        }

        return sums;
    }

    // What an earlier replay has handed on and could not finish as well.
    private async Task<JsonArray> ReadersAsync(CancellationToken cancellationToken)
    {
        var readers = new JsonArray();
        foreach (ProcessGroup group in context.Definition.Groups.Where(group => group.InputQueue == context.Group.OutputQueue))
        {
            var reader = new GroupContext(context.StartId, context.Definition, group, context.Run, context.Database, context.Transport, execution.Services.Time);
            readers.Add((JsonNode)await new GroupReplay(reader, catalog, reports, execution, ReplayHandover.Reason).RunAsync(cancellationToken));
        }

        return readers;
    }

    /// <summary>Refuses: it is no node.</summary>
    public ValueTask RunAsync(NodeExecution nodeExecution, CancellationToken cancellationToken) => throw new NotSupportedException("Parked chunks are read in a chain.");

    public async IAsyncEnumerable<StreamChunk> StreamAsync(StreamExecution lane, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var limits = new ChunkLimits { RowsMax = GroupLimits.ChunkRowsMax, BytesMax = GroupLimits.ChunkBytesMax };
        long after = 0;
        while (await PageAsync(after, cancellationToken) is { Count: > 0 } page)
        {
            after = page[^1].Id;
            foreach (ParkedRow row in page.Where(row => row.State != "resolved" && row.HasPayload && row.Position is not null && (reason is null || row.Reason == reason)))
            {
                foreach (ParkedPayload parked in await TakeAsync(row.Id, cancellationToken))
                {
                    _triedCount++;
                    var delivery = new ParkedDelivery(context, lane, parked, () => _parkedCount++);
                    if (await DecodeAsync(parked, delivery, limits, cancellationToken) is { } table)
                    {
                        yield return new StreamChunk(parked.Position.Producer, parked.Position.Sequence, table, delivery);
                    }
                }
            }
        }
    }

    private Task<List<ParkedRow>> PageAsync(long after, CancellationToken cancellationToken) => context.Patient.ReadAsync(
        (connection, token) => context.Parking.ListAsync(connection, context.CountStream, context.CountGroup, after, PageSize, token),
        cancellationToken);

    private Task<List<ParkedPayload>> TakeAsync(long id, CancellationToken cancellationToken) => context.Patient.RunAsync<List<ParkedPayload>>(
        "groups.replay",
        (connection, token) => context.Parking.ReplayAsync(connection, context.CountStream, [id], token),
        cancellationToken);

    private static async Task<Table?> DecodeAsync(ParkedPayload parked, ParkedDelivery delivery, ChunkLimits limits, CancellationToken cancellationToken)
    {
        try
        {
            return ChunkCodecs.Decode(
                new Chunk
                {
                    Stream = parked.MessageId, Shard = parked.Position.Producer, Epoch = 0, Sequence = parked.Position.Sequence, RowCount = parked.RowCount,
                    Encoding = ChunkCodecs.Get(parked.Encoding).Encoding, Payload = parked.Payload,
                },
                limits);
        }
        catch (ChunkException e)
        {
            await delivery.FailAsync(new NodeException(e.Reason, e.Message, transient: false, e), cancellationToken);
            return null;
        }
    }
}
