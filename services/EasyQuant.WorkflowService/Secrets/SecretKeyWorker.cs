using EasyQuant.WorkflowService.Storage.Secrets;

namespace EasyQuant.WorkflowService.Secrets;

/// <summary>At the start, after the schema is up to date: seals data keys of older key-encryption keys under the current one, so that the old ones can be taken away.</summary>
internal sealed partial class SecretKeyWorker(KeyRing ring, SecretStore store, ILogger<SecretKeyWorker> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (ring.CurrentId.Length == 0)
        {
            LogNoKeys();
            return;
        }

        try
        {
            (int count, IReadOnlyList<string> missing) = await store.RewrapAsync(stoppingToken);
            if (count > 0)
            {
                LogRewrapped(count, ring.CurrentId);
            }

            foreach (string keyId in missing)
            {
                LogMissing(keyId, KeyRing.FileName);
            }
        }
        catch (Npgsql.NpgsqlException e)
        {
            // Nothing depends on it: the old keys open as well, and the next start tries again.
            LogFailed(e);
        }
    }

    [LoggerMessage(2101, LogLevel.Information, "No directory for keys is set (EASYQUANT_KEYS_DIRECTORY): this installation keeps no secrets.")]
    private partial void LogNoKeys();

    [LoggerMessage(2102, LogLevel.Information, "{Count} secrets are sealed under the key {KeyId} now.")]
    private partial void LogRewrapped(int count, string keyId);

    [LoggerMessage(2103, LogLevel.Error, "Secrets need the key {KeyId}, which {File} does not hold; they cannot be read until it does, or until they are set again.")]
    private partial void LogMissing(string keyId, string file);

    [LoggerMessage(2104, LogLevel.Warning, "Secrets could not be sealed under the current key; the next start tries again.")]
    private partial void LogFailed(Exception exception);
}
