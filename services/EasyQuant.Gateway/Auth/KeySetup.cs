using EasyQuant.Gateway.Storage;
using EasyQuant.Persistence.Migrations;
using EasyQuant.ServiceDefaults;
using Npgsql;

namespace EasyQuant.Gateway.Auth;

/// <summary>
/// Brings the schema up to date before the first request and, when the setting EASYQUANT_KEYS_DIRECTORY names a directory, makes sure that
/// the development key in its file <c>development.key</c> exists: project <c>default</c>, all scopes. The file is readable by its owner
/// only; its text is never logged. A key that was revoked stays revoked.
/// </summary>
internal sealed partial class KeySetup(
    NpgsqlDataSource database, IKeyStore store, IConfiguration configuration, TimeProvider time, ILogger<KeySetup> logger) : IHostedService
{
    /// <summary>Setting with the directory of the development key; without it none is made.</summary>
    public const string DirectorySetting = "EASYQUANT_KEYS_DIRECTORY";

    /// <summary>Name of the file in that directory.</summary>
    public const string FileName = "development.key";

    private const string KeyName = "development";

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await Migrator.ApplyAsync(database, KeyStore.Schema, typeof(KeySetup).Assembly, cancellationToken);
        if (configuration[DirectorySetting] is { Length: > 0 } directory)
        {
            await EnsureKeyAsync(Path.GetFullPath(directory), cancellationToken);
        }
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task EnsureKeyAsync(string directory, CancellationToken cancellationToken)
    {
        string path = Path.Combine(directory, FileName);
        ApiKeyText text = await ReadOrCreateAsync(path, cancellationToken);
        if (await store.FindAsync(text.Prefix, cancellationToken) is { } known)
        {
            if (known.RevokeTime is not null)
            {
                LogRevoked(path);
            }

            return;
        }

        KeyInsert result = await store.InsertAsync(RecordOf(text, KeyName), int.MaxValue, cancellationToken);
        if (result == KeyInsert.NameTaken && await store.FindAsync(text.Prefix, cancellationToken) is null)
        {
            // The file was lost and a new key was made: the old one keeps the name. Otherwise another replica stored this key first.
            await store.InsertAsync(RecordOf(text, $"{KeyName}-{text.Prefix}"), int.MaxValue, cancellationToken);
        }

        LogReady(path);
    }

    private KeyRecord RecordOf(ApiKeyText text, string name)
    {
        DateTimeOffset now = time.GetUtcNow();
        return new KeyRecord
        {
            KeyId = Guid.CreateVersion7(now),
            ProjectId = "default",
            Name = name,
            Prefix = text.Prefix,
            SecretHash = text.Hash(),
            Scopes = [KeyScope.Read, KeyScope.Run, KeyScope.Edit, KeyScope.Operate, KeyScope.Admin],
            Actor = "service:gateway",
            CreateTime = now,
        };
    }

    private static async Task<ApiKeyText> ReadOrCreateAsync(string path, CancellationToken cancellationToken)
    {
        PrivateFile.Ensure(path, () => ApiKeyText.Create().Reveal());
        string text = (await File.ReadAllTextAsync(path, cancellationToken)).Trim();
        return ApiKeyText.TryParse(text, out ApiKeyText? key)
            ? key
            : throw new InvalidOperationException($"{path} does not hold an API key; delete it and a new one is made.");
    }

    [LoggerMessage(6003, LogLevel.Information, "The development API key is in {Path}.")]
    private partial void LogReady(string path);

    [LoggerMessage(6004, LogLevel.Warning, "The development API key in {Path} has been revoked; delete the file to get a new one.")]
    private partial void LogRevoked(string path);
}
