using System.Runtime.CompilerServices;
using EasyQuant.Persistence.Streams;

namespace EasyQuant.Nodes.Messaging;

/// <summary>
/// Reads the parked chunks of a group for its reports: new ones page by page while the group works, all of them at its end. A page that is lost, or a chunk that
/// became visible behind a page, comes with the reading at the end. Not thread-safe.
/// </summary>
internal sealed class ParkedReports(GroupContext context)
{
    /// <summary>Chunks a page.</summary>
    public const int PageSize = 200;

    /// <summary>Parked chunks of a group that are told one by one; further ones are only counted.</summary>
    public const int CountMax = 10_000;

    /// <summary>Characters of <see cref="ParkedProgress.Detail"/>.</summary>
    public const int DetailMax = 500;

    private long _after;
    private long _deadCount;
    private int _toldCount;

    /// <summary>Returns the next new chunks; none when nothing was parked since the last call.</summary>
    /// <param name="deadCount">Chunks that are counted as dead now.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task<IReadOnlyList<ParkedProgress>> NextAsync(long deadCount, CancellationToken cancellationToken)
    {
        if (deadCount == _deadCount || _toldCount >= CountMax)
        {
            return [];
        }

        List<ParkedRow> page = await PageAsync(_after, cancellationToken);
        if (page.Count < PageSize)
        {
            _deadCount = deadCount;
        }

        _after = page.Count > 0 ? page[^1].Id : _after;
        _toldCount += page.Count;
        return [.. page.Select(ToProgress)];
    }

    /// <summary>Returns all parked chunks of the group, up to <see cref="CountMax"/>, page by page.</summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async IAsyncEnumerable<IReadOnlyList<ParkedProgress>> AllAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long after = 0;
        for (int told = 0; told < CountMax; told += PageSize)
        {
            List<ParkedRow> page = await PageAsync(after, cancellationToken);
            if (page.Count > 0)
            {
                after = page[^1].Id;
                yield return [.. page.Select(ToProgress)];
            }

            if (page.Count < PageSize)
            {
                yield break;
            }
        }
    }

    private Task<List<ParkedRow>> PageAsync(long after, CancellationToken cancellationToken) => context.Patient.ReadAsync(
        (connection, token) => context.Parking.ListAsync(connection, context.CountStream, context.CountGroup, after, PageSize, token),
        cancellationToken);

    private ParkedProgress ToProgress(ParkedRow row) => new(
        row.Id, context.Group.InputQueue, row.MessageId, row.Position?.Producer, row.Position?.Sequence, row.Reason,
        row.Detail.Length <= DetailMax ? row.Detail : row.Detail[..DetailMax], row.RedeliveryCount + 1, row.ReplayCount, row.RowCount, row.ByteCount,
        row is { HasPayload: true, Position: not null }, row.State, row.FirstTime, row.LastTime);
}
