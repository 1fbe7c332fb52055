namespace EasyQuant.Gateway.Auth;

/// <summary>Where API keys live. Thread-safe.</summary>
internal interface IKeyStore
{
    /// <summary>Finds a key by its prefix, in any project.</summary>
    /// <param name="prefix">12 hex digits.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The key, or null.</returns>
    Task<KeyRecord?> FindAsync(string prefix, CancellationToken cancellationToken);

    /// <summary>Stores a new key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="countMax">Most unrevoked keys a project may have.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>What happened.</returns>
    Task<KeyInsert> InsertAsync(KeyRecord key, int countMax, CancellationToken cancellationToken);

    /// <summary>Lists keys of a project, newest first.</summary>
    /// <param name="projectId">The project.</param>
    /// <param name="after">Time and id of the last key of the page before; null for the first page.</param>
    /// <param name="count">Most keys to return.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The keys.</returns>
    Task<IReadOnlyList<KeyRecord>> ListAsync(
        string projectId, (DateTimeOffset CreateTime, Guid KeyId)? after, int count, CancellationToken cancellationToken);

    /// <summary>Revokes a key of a project; an earlier revocation keeps its time.</summary>
    /// <param name="projectId">The project.</param>
    /// <param name="keyId">The key.</param>
    /// <param name="time">When.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The key after it, or null when the project has no such key.</returns>
    Task<KeyRecord?> RevokeAsync(string projectId, Guid keyId, DateTimeOffset time, CancellationToken cancellationToken);

    /// <summary>Notes when keys were used; an earlier time changes nothing.</summary>
    /// <param name="uses">Last use by key id.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Completed when stored.</returns>
    Task NoteUsesAsync(IReadOnlyCollection<KeyValuePair<Guid, DateTimeOffset>> uses, CancellationToken cancellationToken);
}
