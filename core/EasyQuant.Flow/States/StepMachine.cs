namespace EasyQuant.Flow;

/// <summary>State of one step with its attempts. Moves only along <see cref="StepTransitions"/>. Not thread-safe.</summary>
public sealed class StepMachine
{
    /// <summary>The state now; pending at first.</summary>
    public StepState State { get; private set; }

    /// <summary>Attempts started so far.</summary>
    public int Attempt { get; private set; }

    /// <summary>Starts the first or the next attempt.</summary>
    /// <returns>False, and nothing changes, when the step is over.</returns>
    public bool TryStart()
    {
        if (!StepTransitions.IsLegal(State, StepState.Running))
        {
            return false;
        }

        State = StepState.Running;
        Attempt++;
        return true;
    }

    /// <summary>Ends the step.</summary>
    /// <param name="to">Succeeded, failed, skipped or cancelled.</param>
    /// <returns>False, and nothing changes, when the move is not legal.</returns>
    public bool TryEnd(StepState to)
    {
        if (!StepTransitions.IsFinal(to) || !StepTransitions.IsLegal(State, to))
        {
            return false;
        }

        State = to;
        return true;
    }

    /// <summary>Makes the step pending again, for a retry or after a lost lease; attempts go on counting.</summary>
    /// <returns>False, and nothing changes, when it is pending.</returns>
    public bool TryReset()
    {
        if (State == StepState.Pending)
        {
            return false;
        }

        State = StepState.Pending;
        return true;
    }
}
