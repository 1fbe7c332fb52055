namespace EasyQuant.Flow;

/// <summary>What to do with a chunk that was given out.</summary>
public enum PoisonAction
{
    /// <summary>Consume it.</summary>
    Process,

    /// <summary>Consume it with nothing else in hand, after noting that it is tried: it may be the one that ended a process.</summary>
    ProcessAlone,

    /// <summary>Park it: trying again does not help.</summary>
    Park,
}
