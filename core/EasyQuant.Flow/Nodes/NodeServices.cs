namespace EasyQuant.Flow;

/// <summary>
/// What the host lends to nodes. Each port is null when the host has none; a node asks with <c>Require...</c> or <see cref="Require{T}"/> and
/// then fails with a clear sentence. Further ports (a database, for example) are added by type with <see cref="With{T}"/>. Immutable, safe for concurrent use.
/// </summary>
public sealed class NodeServices
{
    private readonly KeyValuePair<Type, object>[] _others;

    /// <summary>Creates services of which only the time is given.</summary>
    public NodeServices(TimeProvider time)
        : this(time, null, null, null, null, [])
    {
    }

    private NodeServices(
        TimeProvider time,
        IDataFiles? files,
        IArtifactStore? artifacts,
        ITableSink? fallbackSink,
        IChildRunner? children,
        KeyValuePair<Type, object>[] others)
    {
        ArgumentNullException.ThrowIfNull(time);
        Time = time;
        Files = files;
        Artifacts = artifacts;
        FallbackSink = fallbackSink;
        Children = children;
        _others = others;
    }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; }

    /// <summary>Files of the project, or null.</summary>
    public IDataFiles? Files { get; }

    /// <summary>Stored tables, or null.</summary>
    public IArtifactStore? Artifacts { get; }

    /// <summary>Where tables go when there is no database, or null.</summary>
    public ITableSink? FallbackSink { get; }

    /// <summary>Runs sub-workflows, or null.</summary>
    public IChildRunner? Children { get; }

    /// <summary>Returns a port by its type, or null when the host has none.</summary>
    public T? Get<T>()
        where T : class
    {
        foreach (KeyValuePair<Type, object> other in _others)
        {
            if (other.Key == typeof(T))
            {
                return (T)other.Value;
            }
        }

        return Files as T ?? Artifacts as T ?? FallbackSink as T ?? Children as T ?? Time as T;
    }

    /// <summary>Returns a port by its type.</summary>
    /// <param name="need">Completes the sentence "This node needs ...", for example <c>a database of the project</c>.</param>
    /// <exception cref="NodeException"><c>SERVICE_NOT_AVAILABLE</c>: the host has none.</exception>
    public T Require<T>(string need)
        where T : class =>
        Get<T>() ?? throw new NodeException("SERVICE_NOT_AVAILABLE", $"This node needs {need}, and this host offers none.");

    /// <summary>Returns services with this port added or replaced.</summary>
    public NodeServices With<T>(T port)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(port);
        if (typeof(T) == typeof(IDataFiles))
        {
            return new NodeServices(Time, (IDataFiles)port, Artifacts, FallbackSink, Children, _others);
        }

        if (typeof(T) == typeof(IArtifactStore))
        {
            return new NodeServices(Time, Files, (IArtifactStore)port, FallbackSink, Children, _others);
        }

        if (typeof(T) == typeof(ITableSink))
        {
            return new NodeServices(Time, Files, Artifacts, (ITableSink)port, Children, _others);
        }

        if (typeof(T) == typeof(IChildRunner))
        {
            return new NodeServices(Time, Files, Artifacts, FallbackSink, (IChildRunner)port, _others);
        }

        KeyValuePair<Type, object>[] others =
            [.. _others.Where(other => other.Key != typeof(T)), KeyValuePair.Create(typeof(T), (object)port)];
        return new NodeServices(Time, Files, Artifacts, FallbackSink, Children, others);
    }
}
