namespace EasyQuant.Flow;

/// <summary>What becomes of the wish to cancel one step of a run.</summary>
public enum StepCancelAnswer
{
    /// <summary>It is noted: the step ends as cancelled unless it succeeds before its Runner hears of it.</summary>
    Noted,

    /// <summary>It was noted before: nothing changes.</summary>
    Known,

    /// <summary>Refused: the step has ended.</summary>
    StepEnded,

    /// <summary>Refused: the run has ended, so the step will not run.</summary>
    RunEnded,
}
