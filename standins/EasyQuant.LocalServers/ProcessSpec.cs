namespace EasyQuant.LocalServers;

/// <summary>What to start and how to end it. Immutable.</summary>
public sealed record ProcessSpec
{
    /// <summary>Program, an absolute path or a name on PATH.</summary>
    public required string FileName { get; init; }

    /// <summary>Arguments, one element each, not quoted.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Variables added to the inherited environment; null removes one.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>Directory to start in; it must be readable by <see cref="User"/>.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>Account to run as; null for the account of this process.</summary>
    public UnixUser? User { get; init; }

    /// <summary>Signal that asks the process to end; Term by default.</summary>
    public UnixSignal StopSignal { get; init; } = UnixSignal.Term;

    /// <summary>Signal that the kernel sends when this process dies without stopping its children; Kill by default.</summary>
    public UnixSignal ParentDeathSignal { get; init; } = UnixSignal.Kill;

    /// <summary>
    /// True ends everything that the process started, not only the process itself, when this process dies without stopping its children; false by
    /// default. It costs two small processes.
    /// </summary>
    public bool IsGroupGuarded { get; init; }

    /// <summary>How long the process may take to end before it is killed; 15 s by default.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(15);
}
