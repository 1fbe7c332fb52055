using System.Collections.Concurrent;
using EasyQuant.Gateway.Auth;

namespace EasyQuant.Services.Tests.Gateway;

/// <summary>API keys in memory.</summary>
internal sealed class FakeKeyStore : IKeyStore
{
    private readonly ConcurrentDictionary<string, KeyRecord> _keys = new(StringComparer.Ordinal);
    private int _findCount;

    /// <summary>Number of lookups.</summary>
    public int FindCount => _findCount;

    /// <summary>When set, lookups throw.</summary>
    public bool IsDown { get; set; }

    /// <summary>Adds a key and returns its text.</summary>
    public string Add(string project, DateTimeOffset? expireTime, bool isRevoked, params KeyScope[] scopes)
    {
        ApiKeyText text = ApiKeyText.Create();
        _keys[text.Prefix] = new KeyRecord
        {
            KeyId = Guid.NewGuid(),
            ProjectId = project,
            Name = "test",
            Prefix = text.Prefix,
            SecretHash = text.Hash(),
            Scopes = scopes,
            Actor = "test",
            CreateTime = DateTimeOffset.UnixEpoch,
            ExpireTime = expireTime,
            RevokeTime = isRevoked ? DateTimeOffset.UnixEpoch : null,
        };
        return text.Reveal();
    }

    public Task<KeyRecord?> FindAsync(string prefix, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _findCount);
        return IsDown ? throw new TimeoutException("down") : Task.FromResult(_keys.GetValueOrDefault(prefix));
    }

    public Task<KeyInsert> InsertAsync(KeyRecord key, int countMax, CancellationToken cancellationToken)
    {
        _keys[key.Prefix] = key;
        return Task.FromResult(KeyInsert.Stored);
    }

    public Task<IReadOnlyList<KeyRecord>> ListAsync(
        string projectId, (DateTimeOffset CreateTime, Guid KeyId)? after, int count, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<KeyRecord>>([.. _keys.Values.Where(k => k.ProjectId == projectId).Take(count)]);

    public Task<KeyRecord?> RevokeAsync(string projectId, Guid keyId, DateTimeOffset time, CancellationToken cancellationToken) =>
        Task.FromResult<KeyRecord?>(null);

    public Task NoteUsesAsync(IReadOnlyCollection<KeyValuePair<Guid, DateTimeOffset>> uses, CancellationToken cancellationToken) => Task.CompletedTask;
}
