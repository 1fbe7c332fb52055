namespace EasyQuant.Flow;

/// <summary>
/// How long a host waits for node code that does not end although its token is cancelled, and where it hands over what it then gives up. Code cannot be ended from
/// outside within a process: what is given up goes on until it ends by itself, and nobody looks at what it does. Safe for concurrent use.
/// </summary>
public interface IAbandonedWork
{
    /// <summary>Time that node code has after a cancel; the value at the moment of the cancel counts.</summary>
    TimeSpan CancelGrace { get; }

    /// <summary>Notes work that was given up and still goes on.</summary>
    /// <param name="work">The work.</param>
    void Keep(AbandonedWork work);
}
