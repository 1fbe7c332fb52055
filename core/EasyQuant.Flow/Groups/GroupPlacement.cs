namespace EasyQuant.Flow;

/// <summary>Where the replicas of a process group run.</summary>
public enum GroupPlacement
{
    /// <summary>Each replica is a run that any Runner takes.</summary>
    Runners = 0,

    /// <summary>Each replica is a run whose chain executes in a child process of the Runner that took it.</summary>
    Processes,

    /// <summary>As <see cref="Processes"/>, and all such replicas of a start on one Runner: the one that took the first of them, for as long as it has room.</summary>
    OneRunner,
}
