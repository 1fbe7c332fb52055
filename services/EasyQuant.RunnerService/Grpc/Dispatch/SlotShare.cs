namespace EasyQuant.RunnerService.Grpc.Dispatch;

/// <summary>
/// Divides slots between items of fan-outs and the runs that are as urgent as their parents: every fourth goes to these, so that a large fan-out does not keep
/// them waiting until it ends. Not while many parents wait here already: each run that is let in may be one more. Not thread-safe.
/// </summary>
internal sealed class SlotShare
{
    /// <summary>Runs that wait for their items here, from which on nothing is let in beside items.</summary>
    public const int WaitingMax = 32;

    private const int Period = 4;
    private int _slots;

    /// <summary>Counts slots that are to be filled and returns how many of them may go to others than items.</summary>
    /// <param name="free">Free slots, 0 or more.</param>
    /// <param name="waiting">Runs that wait for their items.</param>
    /// <returns>0 to <paramref name="free"/>.</returns>
    public int Next(int free, int waiting)
    {
        if (waiting >= WaitingMax)
        {
            return 0;
        }

        _slots += free;
        int share = _slots / Period;
        _slots %= Period;
        return share;
    }
}
