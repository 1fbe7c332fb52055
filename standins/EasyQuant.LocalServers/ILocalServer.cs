namespace EasyQuant.LocalServers;

/// <summary>A server program of this machine with a private data directory; <see cref="ServerHost"/> runs it.</summary>
public interface ILocalServer
{
    /// <summary>Short name for messages, e.g. <c>postgres</c>.</summary>
    string Name { get; }

    /// <summary>TCP port that clients connect to.</summary>
    int Port { get; }

    /// <summary>Makes the data directory and the configuration; does nothing that was done before.</summary>
    /// <param name="onLine">Receives what the tools print.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A task that completes when the server can be started.</returns>
    /// <exception cref="InvalidOperationException">A program is missing or fails; the message says how to mend it.</exception>
    Task PrepareAsync(Action<string, bool> onLine, CancellationToken cancellationToken);

    /// <summary>Returns the process that must run beside the server, and its port; null when there is none.</summary>
    /// <returns>The companion.</returns>
    (ProcessSpec Process, int Port)? Companion();

    /// <summary>Returns the server process.</summary>
    /// <returns>What to start.</returns>
    ProcessSpec Process();

    /// <summary>Asks the server whether it serves.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Null when it serves, otherwise why not.</returns>
    Task<string?> ProbeAsync(CancellationToken cancellationToken);

    /// <summary>Tells from a line that the server printed whether it has to be started again: it runs on, but parts of it are gone for good. Default: never.</summary>
    /// <param name="line">The line; lines come in the order in which they were printed.</param>
    bool IsBroken(string line) => false;
}
