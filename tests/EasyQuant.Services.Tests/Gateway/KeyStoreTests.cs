using EasyQuant.Contracts.Access.V1;
using EasyQuant.Gateway.Auth;
using EasyQuant.Gateway.Storage;
using EasyQuant.Persistence;
using EasyQuant.ServiceDefaults.Errors;
using EasyQuant.Testing;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace EasyQuant.Services.Tests.Gateway;

/// <summary>API keys in a real database.</summary>
public sealed class KeyStoreTests : IAsyncLifetime
{
    private readonly CancellationTokenSource _deadline = new(TimeSpan.FromMinutes(4));
    private readonly string _directory = Path.Combine(Path.GetTempPath(), $"eq-keys-{Guid.NewGuid():N}");
    private readonly FakeTime _time = new();
    private TestServers _servers = null!;
    private NpgsqlDataSource _database = null!;
    private KeyStore _store = null!;

    public async Task InitializeAsync()
    {
        _servers = await TestServers.StartOrReuseAsync(_deadline.Token);
        var builder = new NpgsqlDataSourceBuilder(await _servers.CreateDatabaseAsync(_deadline.Token));
        DataSourceDefaults.Apply(builder, "gateway", KeyStore.Schema);
        _database = builder.Build();
        _store = new KeyStore(_database);
        await SetupAsync();
    }

    public async Task DisposeAsync()
    {
        await _database.DisposeAsync();
        await _servers.DisposeAsync();
        if (Directory.Exists(_directory))
        {
            Directory.Delete(_directory, recursive: true);
        }

        _deadline.Dispose();
    }

    [Fact]
    public async Task DevelopmentKey_OnFirstStart_IsMadeOncePrivateAndWorks()
    {
        string path = Path.Combine(_directory, KeySetup.FileName);
        string text = (await File.ReadAllTextAsync(path)).Trim();
        Assert.True(ApiKeyText.TryParse(text, out ApiKeyText? key));
        Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(path) == (UnixFileMode.UserRead | UnixFileMode.UserWrite));

        await SetupAsync();
        Assert.Equal(text, (await File.ReadAllTextAsync(path)).Trim());
        KeyRecord? record = await _store.FindAsync(key.Prefix, _deadline.Token);
        Assert.Equal(("default", "development", "service:gateway"), (record!.ProjectId, record.Name, record.Actor));
        Assert.Equal(key.Hash(), record.SecretHash);
        Assert.True(record.Has(KeyScope.Edit));

        // A lost file gives another key; the database never held the text of the first.
        File.Delete(path);
        await SetupAsync();
        Assert.True(ApiKeyText.TryParse((await File.ReadAllTextAsync(path)).Trim(), out ApiKeyText? second));
        Assert.NotEqual(key.Prefix, second.Prefix);
        Assert.Equal($"development-{second.Prefix}", (await _store.FindAsync(second.Prefix, _deadline.Token))!.Name);
    }

    [Fact]
    public async Task DevelopmentKey_OfReplicasThatStartTogether_IsOne()
    {
        File.Delete(Path.Combine(_directory, KeySetup.FileName));
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => SetupAsync()));

        Assert.Single(Directory.GetFiles(_directory));
        Assert.True(ApiKeyText.TryParse((await File.ReadAllTextAsync(Path.Combine(_directory, KeySetup.FileName))).Trim(), out ApiKeyText? key));
        Assert.NotNull(await _store.FindAsync(key.Prefix, _deadline.Token));
    }

    [Fact]
    public async Task Database_OfAllKeys_HoldsNoSecret()
    {
        string text = (await File.ReadAllTextAsync(Path.Combine(_directory, KeySetup.FileName))).Trim();
        await using NpgsqlCommand command = _database.CreateCommand("select string_agg(k::text, '') from gateway.api_keys k");
        string dump = (string)(await command.ExecuteScalarAsync(_deadline.Token))!;

        Assert.DoesNotContain(text[16..], dump, StringComparison.Ordinal);
        Assert.Contains(text[3..15], dump, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Key_MadeListedUsedAndRevoked_TellsEveryStep()
    {
        AccessOperations operations = Operations();
        KeyRecord caller = await CallerAsync();
        CreateKeyResponse made = await operations.CreateAsync(
            caller, new CreateKeyRequest { Name = "ci", Scopes = { Scope.Run, Scope.Read, Scope.Run }, ExpireTime = _time.GetUtcNow().AddDays(1).ToTimestamp() }, _deadline.Token);
        Assert.Equal([Scope.Read, Scope.Run], made.Key.Scopes);
        Assert.Equal(caller.ActorName, made.Key.Actor);

        await _store.NoteUsesAsync([KeyValuePair.Create(Guid.Parse(made.Key.KeyId), _time.GetUtcNow())], _deadline.Token);
        await _store.NoteUsesAsync([KeyValuePair.Create(Guid.Parse(made.Key.KeyId), _time.GetUtcNow().AddDays(-1))], _deadline.Token);
        ListKeysResponse listed = await operations.ListAsync(caller, new ListKeysRequest(), _deadline.Token);
        ApiKey found = listed.Keys.Single(k => k.Name == "ci");
        Assert.Equal(_time.GetUtcNow(), found.LastUseTime.ToDateTimeOffset());

        RevokeKeyResponse revoked = await operations.RevokeAsync(caller, new RevokeKeyRequest { KeyId = made.Key.KeyId }, _deadline.Token);
        _time.Advance(TimeSpan.FromHours(1));
        RevokeKeyResponse again = await operations.RevokeAsync(caller, new RevokeKeyRequest { KeyId = made.Key.KeyId }, _deadline.Token);
        Assert.Equal(revoked.Key.RevokeTime, again.Key.RevokeTime);
        Assert.NotEqual(made.Text, (await operations.CreateAsync(caller, new CreateKeyRequest { Name = "ci", Scopes = { Scope.Read } }, _deadline.Token)).Text);
    }

    [Fact]
    public async Task Keys_OfAnotherProject_AreOutOfReach()
    {
        AccessOperations operations = Operations();
        KeyRecord caller = await CallerAsync();
        CreateKeyResponse made = await operations.CreateAsync(caller, new CreateKeyRequest { Name = "mine", Scopes = { Scope.Read } }, _deadline.Token);
        KeyRecord stranger = caller with { ProjectId = "other" };

        Assert.Empty((await operations.ListAsync(stranger, new ListKeysRequest(), _deadline.Token)).Keys);
        RpcError error = await Assert.ThrowsAsync<RpcError>(() => operations.RevokeAsync(stranger, new RevokeKeyRequest { KeyId = made.Key.KeyId }, _deadline.Token));
        Assert.Equal((StatusCode.NotFound, "KEY_NOT_FOUND"), (error.Status, error.Reason));
    }

    [Fact]
    public async Task Pages_OfKeys_ShowEachKeyOnce()
    {
        AccessOperations operations = Operations();
        KeyRecord caller = await CallerAsync();
        for (int i = 0; i < 7; i++)
        {
            await operations.CreateAsync(caller, new CreateKeyRequest { Name = $"k{i}", Scopes = { Scope.Read } }, _deadline.Token);
        }

        var names = new List<string>();
        string token = "";
        do
        {
            ListKeysResponse page = await operations.ListAsync(caller, new ListKeysRequest { PageSize = 3, PageToken = token }, _deadline.Token);
            names.AddRange(page.Keys.Select(k => k.Name));
            token = page.NextPageToken;
        }
        while (token.Length > 0);

        Assert.Equal(8, names.Count);
        Assert.Equal(8, names.Distinct().Count());
    }

    [Theory]
    [InlineData("Bad Name", 1, 0, "KEY_NAME_INVALID")]
    [InlineData("", 1, 0, "KEY_NAME_INVALID")]
    [InlineData("a", 0, 0, "KEY_SCOPES_INVALID")]
    [InlineData("a", 99, 0, "KEY_SCOPES_INVALID")]
    [InlineData("a", 1, -1, "KEY_EXPIRY_INVALID")]
    [InlineData("development", 1, 0, "KEY_EXISTS")]
    public async Task Key_ThatMayNotBe_IsRefused(string name, int scope, int expiresInDays, string reason)
    {
        var request = new CreateKeyRequest { Name = name, Scopes = { (Scope)scope } };
        if (expiresInDays != 0)
        {
            request.ExpireTime = _time.GetUtcNow().AddDays(expiresInDays).ToTimestamp();
        }

        AccessOperations operations = Operations();
        KeyRecord caller = await CallerAsync();
        RpcError error = await Assert.ThrowsAsync<RpcError>(() => operations.CreateAsync(caller, request, _deadline.Token));
        Assert.Equal(reason, error.Reason);
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("AAAA")]
    public async Task PageToken_ThatIsForeign_IsRefused(string token)
    {
        AccessOperations operations = Operations();
        KeyRecord caller = await CallerAsync();
        RpcError error = await Assert.ThrowsAsync<RpcError>(() => operations.ListAsync(caller, new ListKeysRequest { PageToken = token }, _deadline.Token));
        Assert.Equal(("PAGE_TOKEN_INVALID", "/pageToken"), (error.Reason, error.Violations[0].Field));
    }

    private AccessOperations Operations()
    {
        IOptions<AuthOptions> options = Options.Create(new AuthOptions());
        return new AccessOperations(_store, new KeyCache(_store, options, _time), options, _time);
    }

    private async Task<KeyRecord> CallerAsync()
    {
        Assert.True(ApiKeyText.TryParse((await File.ReadAllTextAsync(Path.Combine(_directory, KeySetup.FileName))).Trim(), out ApiKeyText? key));
        return (await _store.FindAsync(key.Prefix, _deadline.Token))!;
    }

    private Task SetupAsync()
    {
        IConfiguration configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([KeyValuePair.Create<string, string?>(KeySetup.DirectorySetting, _directory)]).Build();
        return new KeySetup(_database, _store, configuration, _time, NullLogger<KeySetup>.Instance).StartAsync(_deadline.Token);
    }
}
