namespace EasyQuant.Flow;

/// <summary>State of one run with the epoch of its lease. Moves only along <see cref="RunTransitions"/>. Not thread-safe.</summary>
public sealed class RunMachine
{
    /// <summary>Starts at a known state.</summary>
    /// <param name="state">The state. Default queued.</param>
    /// <param name="epoch">Epoch of the latest lease; at least 0.</param>
    public RunMachine(RunState state = RunState.Queued, long epoch = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        State = state;
        Epoch = epoch;
    }

    /// <summary>The state now.</summary>
    public RunState State { get; private set; }

    /// <summary>Epoch of the latest lease; grows with every claim.</summary>
    public long Epoch { get; private set; }

    /// <summary>Grants a lease under a new epoch.</summary>
    /// <returns>False, and nothing changes, unless the run is queued.</returns>
    public bool TryClaim(out long epoch)
    {
        epoch = Epoch;
        if (State != RunState.Queued)
        {
            return false;
        }

        State = RunState.Running;
        epoch = ++Epoch;
        return true;
    }

    /// <summary>Moves on behalf of the holder of a lease: end, pause or give back.</summary>
    /// <param name="epoch">Epoch of the caller's lease.</param>
    /// <param name="to">The next state.</param>
    /// <returns>False, and nothing changes, when the epoch is old, the run is not running or the move is not legal.</returns>
    public bool TryMove(long epoch, RunState to)
    {
        if (epoch != Epoch || State != RunState.Running || !RunTransitions.IsLegal(State, to))
        {
            return false;
        }

        State = to;
        return true;
    }

    /// <summary>Queues a run whose lease expired, a paused run, or a final run that is retried.</summary>
    /// <returns>False, and nothing changes, when it is queued already.</returns>
    public bool TryQueue() => TrySet(RunState.Queued);

    /// <summary>Cancels a run that no worker holds.</summary>
    /// <returns>False, and nothing changes, unless it is queued or paused.</returns>
    public bool TryCancel() => State is RunState.Queued or RunState.Paused && TrySet(RunState.Cancelled);

    private bool TrySet(RunState to)
    {
        if (!RunTransitions.IsLegal(State, to))
        {
            return false;
        }

        State = to;
        return true;
    }
}
