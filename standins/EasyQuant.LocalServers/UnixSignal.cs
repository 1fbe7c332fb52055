namespace EasyQuant.LocalServers;

/// <summary>Signals that processes are stopped with; the values are Linux's numbers.</summary>
public enum UnixSignal
{
    /// <summary>Interrupt: PostgreSQL's fast shutdown.</summary>
    Int = 2,

    /// <summary>Cannot be caught.</summary>
    Kill = 9,

    /// <summary>Polite request to end.</summary>
    Term = 15,
}
