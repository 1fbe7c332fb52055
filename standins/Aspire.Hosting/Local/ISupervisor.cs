namespace Aspire.Hosting.Local;

/// <summary>Keeps one replica in the state that was asked for. Thread-safe.</summary>
internal interface ISupervisor
{
    string ResourceId { get; }

    /// <summary>True for servers that services need: they stop last.</summary>
    bool IsInfrastructure { get; }

    /// <summary>True when it starts by command only.</summary>
    bool IsExplicit { get; }

    /// <summary>Starts unless it is started.</summary>
    void Start();

    /// <summary>Stops; completes when nothing of it runs.</summary>
    Task StopAsync();
}
