namespace EasyQuant.Persistence.Streams;

/// <summary>State of a stream, or of one consumer group's view of it. Open leads to one of the others, which are final.</summary>
public enum StreamState
{
    /// <summary>Chunks may still come.</summary>
    Open,

    /// <summary>Every producer is closed and every chunk of it was consumed or parked.</summary>
    Completed,

    /// <summary>Given up; consumers leave with a failure.</summary>
    Aborted,
}
