namespace EasyQuant.Faults.Oracles;

/// <summary>What a client knows about a call.</summary>
internal enum CallOutcome
{
    /// <summary>It has begun; nothing is known yet.</summary>
    Invoked = 0,

    /// <summary>It was done.</summary>
    Ok = 1,

    /// <summary>It was surely not done.</summary>
    Failed = 2,

    /// <summary>It may have been done.</summary>
    Unknown = 3,
}
