namespace EasyQuant.Flow;

/// <summary>State of a stream.</summary>
public enum StreamLedgerState
{
    /// <summary>Chunks may still come.</summary>
    Open,

    /// <summary>Everything was consumed or parked.</summary>
    Completed,

    /// <summary>Given up.</summary>
    Aborted,
}
