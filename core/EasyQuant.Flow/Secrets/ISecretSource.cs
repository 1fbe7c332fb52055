namespace EasyQuant.Flow;

/// <summary>The secrets of a run's project, for nodes that send them. Thread-safe. Values belong into no output, message or log.</summary>
public interface ISecretSource
{
    /// <summary>Reads the newest value; nothing is remembered, so that a replaced secret is used at once.</summary>
    /// <param name="name">Name of the secret.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="NodeException"><c>SECRET_NOT_FOUND</c>, <c>SECRET_UNREADABLE</c>, <c>SECRETS_NOT_CONFIGURED</c>: permanent.</exception>
    ValueTask<SecretValue> ReadAsync(string name, CancellationToken cancellationToken);
}
