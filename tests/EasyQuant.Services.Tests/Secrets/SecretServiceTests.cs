using EasyQuant.Contracts.Run.V1;
using EasyQuant.Contracts.Secret.V1;
using EasyQuant.ServiceDefaults.Errors;
using EasyQuant.Services.Tests.Workflow;
using EasyQuant.WorkflowService.Secrets;
using Grpc.Core;
using Npgsql;
using static EasyQuant.Services.Tests.Workflow.WorkflowDefinitionTests;

namespace EasyQuant.Services.Tests.Secrets;

[Collection(WorkflowServers.Name)]
public sealed class SecretServiceTests(WorkflowFixture fixture)
{
    private readonly WorkflowHost _host = fixture.Host;

    [Fact]
    public async Task Set_ThenReplaced_ListsVersionsAndNeverTheValue()
    {
        string name = NewName();
        Secret first = await SetAsync(name, "canary-list-one");
        Secret second = await SetAsync(name, "canary-list-two");

        Secret listed = Assert.Single((await ListAllAsync(_host.Secrets)), secret => secret.Name == name);

        Assert.Equal((1, 2), (first.Version, second.Version));
        Assert.Equal((2, "key:mine"), (listed.Version, listed.Actor));
        Assert.Equal(["api.broker.com"], listed.Hosts);
        Assert.Null(listed.LastUseTime);
        Assert.DoesNotContain("canary", listed.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(await ListAllAsync(_host.OtherSecrets), secret => secret.Name == name);
    }

    [Fact]
    public async Task Set_RepeatedByItsRequestId_ChangesNothing()
    {
        string name = NewName();
        SetSecretRequest request = Request(name, "canary-request");
        request.RequestId = Guid.NewGuid().ToString();
        await _host.Secrets.SetSecretAsync(request);

        Secret again = (await _host.Secrets.SetSecretAsync(request)).Secret;

        Assert.Equal(1, again.Version);
        request.Value = "another value";
        await ThrowsAsync("REQUEST_ID_REUSED", StatusCode.AlreadyExists, () => _host.Secrets.SetSecretAsync(request).ResponseAsync);
    }

    [Theory]
    [InlineData("Name!", "12345678", "api.broker.com", "NAME_INVALID")]
    [InlineData("ok", "1234567", "api.broker.com", "SECRET_VALUE_INVALID")]
    [InlineData("ok", "12345678", null, "SECRET_HOST_INVALID")]
    [InlineData("ok", "12345678", "https://api.broker.com", "SECRET_HOST_INVALID")]
    [InlineData("ok", "12345678", "API.broker.com", "SECRET_HOST_INVALID")]
    [InlineData("ok", "12345678", "api.broker.com:0", "SECRET_HOST_INVALID")]
    [InlineData("ok", "12345678", "*.broker.com", "SECRET_HOST_INVALID")]
    public async Task Set_WithBadInput_IsRefused(string name, string value, string? host, string reason)
    {
        var request = new SetSecretRequest { Name = name, Value = value };
        request.Hosts.AddRange(host is null ? [] : [host]);

        await ThrowsAsync(reason, StatusCode.InvalidArgument, () => _host.Secrets.SetSecretAsync(request).ResponseAsync);
    }

    [Fact]
    public async Task Set_OfAValueThatIsTooLong_IsRefusedWithoutRepeatingIt()
    {
        RpcError refused = await ThrowsAsync("SECRET_VALUE_INVALID", StatusCode.InvalidArgument, () => _host.Secrets.SetSecretAsync(Request(NewName(), new string('x', 65_537))).ResponseAsync);

        Assert.True(refused.Message.Length < 200);
        Assert.Equal(1, (await SetAsync(NewName(), new string('x', 65_536))).Version);
    }

    [Fact]
    public async Task Set_BeyondAThousandOfOneProject_IsRefusedUntilOneIsDeleted()
    {
        string model = NewName();
        await _host.OtherSecrets.SetSecretAsync(Request(model, "canary-model"));
        try
        {
            await ExecuteAsync(
                """
                insert into workflow.secrets(project_id, name, version, hosts, nonce, ciphertext, data_key, key_id, create_time, update_time, actor)
                select project_id, 'fill-' || n, version, hosts, nonce, ciphertext, data_key, key_id, create_time, update_time, actor
                from workflow.secrets, generate_series(1, 1000 - (select count(*) from workflow.secrets where project_id = 'other')) n
                where project_id = 'other' and name = $1
                """,
                model);

            await ThrowsAsync("SECRET_COUNT_MAX", StatusCode.ResourceExhausted, () => _host.OtherSecrets.SetSecretAsync(Request(NewName(), "canary-more")).ResponseAsync);
            Assert.Equal(2, (await _host.OtherSecrets.SetSecretAsync(Request(model, "canary-replaced"))).Secret.Version);
            await SetAsync(NewName(), "canary-of-another-project");
            await _host.OtherSecrets.DeleteSecretAsync(new DeleteSecretRequest { Name = "fill-1" });
            await _host.OtherSecrets.SetSecretAsync(Request(NewName(), "canary-room"));
            await ThrowsAsync("SECRET_COUNT_MAX", StatusCode.ResourceExhausted, () => _host.OtherSecrets.SetSecretAsync(Request(NewName(), "canary-more")).ResponseAsync);
        }
        finally
        {
            await ExecuteAsync("delete from workflow.secrets where project_id = 'other' and name like 'fill-%'");
        }
    }

    [Fact]
    public async Task Delete_ThenSetAgain_ContinuesTheVersionsAndTheAudit()
    {
        string name = NewName();
        await SetAsync(name, "canary-delete");
        await _host.OtherSecrets.DeleteSecretAsync(new DeleteSecretRequest { Name = name });
        Assert.Contains(await ListAllAsync(_host.Secrets), secret => secret.Name == name);

        await _host.Secrets.DeleteSecretAsync(new DeleteSecretRequest { Name = name });
        await _host.Secrets.DeleteSecretAsync(new DeleteSecretRequest { Name = name });
        Secret again = await SetAsync(name, "canary-again");

        Assert.Equal(2, again.Version);
        SecretEvent[] events = [.. (await _host.Secrets.ListSecretEventsAsync(new ListSecretEventsRequest { PageSize = 500 })).Events.Where(entry => entry.Name == name)];
        Assert.Equal([SecretAction.Set, SecretAction.Delete, SecretAction.Set], events.Select(entry => entry.Action));
        Assert.Equal([2, 1, 1], events.Select(entry => entry.Version));
        Assert.All(events, entry => Assert.Equal("key:mine", entry.Actor));
        Assert.DoesNotContain((await _host.OtherSecrets.ListSecretEventsAsync(new ListSecretEventsRequest())).Events, entry => entry.Name == name);
    }

    [Theory]
    [InlineData("update workflow.secret_audit set actor = 'x'")]
    [InlineData("delete from workflow.secret_audit")]
    [InlineData("truncate workflow.secret_audit")]
    public async Task Audit_Changed_IsRefusedByTheDatabase(string sql)
    {
        await SetAsync(NewName(), "canary-audit");
        await using NpgsqlCommand command = _host.DataSource.CreateCommand(sql);

        PostgresException refused = await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteNonQueryAsync());

        Assert.Contains("added only", refused.MessageText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fetch_UnderALease_GivesTheNewestValueOfTheRunsProjectOnly()
    {
        string name = NewName();
        await SetAsync(name, "canary-mine-1");
        await _host.OtherSecrets.SetSecretAsync(Request(name, "canary-other"));
        Run run = await ClaimAsync();

        FetchSecretResponse first = await FetchAsync(run, name);
        await SetAsync(name, "canary-mine-2");
        FetchSecretResponse second = await FetchAsync(run, name);

        Assert.Equal(("canary-mine-1", "canary-mine-2"), (first.Value, second.Value));
        Assert.Equal(["api.broker.com"], second.Hosts);
        Assert.NotNull(Assert.Single(await ListAllAsync(_host.Secrets), secret => secret.Name == name).LastUseTime);
        await ThrowsAsync("SECRET_NOT_FOUND", StatusCode.NotFound, () => FetchAsync(run, NewName()));
    }

    [Fact]
    public async Task Fetch_WithoutTheLeaseOfARunningRun_GivesNothing()
    {
        string name = NewName();
        await SetAsync(name, "canary-lease");
        Run run = await ClaimAsync();

        FetchSecretResponse old = await FetchAsync(new Run { RunId = run.RunId, Epoch = run.Epoch - 1 }, name);
        FetchSecretResponse unknown = await FetchAsync(new Run { RunId = Guid.NewGuid().ToString(), Epoch = run.Epoch }, name);
        await new FakeRunner(_host).CompleteAsync(run);
        FetchSecretResponse ended = await FetchAsync(run, name);

        Assert.All([old, unknown, ended], answer => Assert.Equal((true, ""), (answer.Lost, answer.Value)));
    }

    [Fact]
    public async Task Fetch_ByAKeyOfAPerson_IsRefused()
    {
        Run run = await ClaimAsync();

        await ThrowsAsync("INTERNAL_CALL", StatusCode.PermissionDenied, () => _host.Secrets.FetchSecretAsync(new FetchSecretRequest { RunId = run.RunId, Epoch = run.Epoch, Name = "any" }).ResponseAsync);
    }

    [Fact]
    public async Task Fetch_OfARowThatWasMovedOrChanged_IsRefused()
    {
        string source = NewName();
        string target = NewName();
        await SetAsync(source, "canary-moved");
        await SetAsync(target, "canary-target");
        Run run = await ClaimAsync();

        await ExecuteAsync(
            """
            update workflow.secrets t set nonce = s.nonce, ciphertext = s.ciphertext, data_key = s.data_key
            from workflow.secrets s where t.project_id = 'default' and s.project_id = 'default' and t.name = $1 and s.name = $2
            """, target, source);
        await ThrowsAsync("SECRET_UNREADABLE", StatusCode.FailedPrecondition, () => FetchAsync(run, target));

        await ExecuteAsync("update workflow.secrets set hosts = array['evil.example'] where project_id = 'default' and name = $1", source);
        await ThrowsAsync("SECRET_UNREADABLE", StatusCode.FailedPrecondition, () => FetchAsync(run, source));
    }

    [Fact]
    public async Task Tables_AfterSecretsWereStored_HoldNoPlaintext()
    {
        const string Canary = "canary-dump-7d1f0c9b";
        string name = NewName();
        SetSecretRequest request = Request(name, Canary);
        request.RequestId = Guid.NewGuid().ToString();
        await _host.Secrets.SetSecretAsync(request);
        await _host.Secrets.SetSecretAsync(request);
        await FetchAsync(await ClaimAsync(), name);

        await Plaintext.IsInNoTableAsync(_host.DataSource, Canary);
    }

    [Fact]
    public async Task Start_WithANewKey_SealsOldSecretsUnderItAndReadsThem()
    {
        string name = NewName();
        string before = (await SetAsync(name, "canary-rotate")).KeyId;
        string keys = Directory.CreateTempSubdirectory("eq-keys-").FullName;
        string file = Path.Combine(keys, KeyRing.FileName);
        File.Copy(Path.Combine(_host.DataRoot, "keys", KeyRing.FileName), file);
        File.AppendAllText(file, Convert.ToBase64String(System.Security.Cryptography.RandomNumberGenerator.GetBytes(KeyRing.KeyBytes)) + "\n");
        Run run = await ClaimAsync();
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(4));

        await using (WorkflowHost second = await WorkflowHost.StartAsync(
            _host.ConnectionString, await fixture.Servers.CreateVirtualHostAsync(deadline.Token), new Dictionary<string, string?> { ["EASYQUANT_KEYS_DIRECTORY"] = keys }, deadline.Token))
        {
            while (Assert.Single(await ListAllAsync(second.Secrets), secret => secret.Name == name).KeyId == before)
            {
                await Task.Delay(100, deadline.Token);
            }

            Assert.Equal("canary-rotate", (await second.RunnerSecrets.FetchSecretAsync(new FetchSecretRequest { RunId = run.RunId, Epoch = run.Epoch, Name = name })).Value);
        }

        // The first service knows the old key only: it says so and shows nothing.
        await ThrowsAsync("SECRET_UNREADABLE", StatusCode.FailedPrecondition, () => FetchAsync(run, name));
        Directory.Delete(keys, recursive: true);
    }

    private static string NewName() => $"secret-{Guid.NewGuid():N}";

    private static SetSecretRequest Request(string name, string value) => new() { Name = name, Value = value, Hosts = { "api.broker.com" } };

    private static async Task<List<Secret>> ListAllAsync(SecretService.SecretServiceClient client)
    {
        var all = new List<Secret>();
        string token = "";
        do
        {
            ListSecretsResponse page = await client.ListSecretsAsync(new ListSecretsRequest { PageSize = 3, PageToken = token });
            all.AddRange(page.Secrets);
            token = page.NextPageToken;
        }
        while (token.Length > 0);
        Assert.Equal(all.Select(secret => secret.Name).Order(StringComparer.Ordinal), all.Select(secret => secret.Name));
        return all;
    }

    private async Task<Secret> SetAsync(string name, string value) => (await _host.Secrets.SetSecretAsync(Request(name, value))).Secret;

    private async Task<Run> ClaimAsync()
    {
        CreateRunsResponse created = await _host.Runs.CreateRunsAsync(new CreateRunsRequest { Runs = { WorkflowFixture.Spec() } });
        return (await new FakeRunner(_host).ClaimAsync(created.Runs[0].RunId)).Run;
    }

    private async Task<FetchSecretResponse> FetchAsync(Run run, string name) =>
        await _host.RunnerSecrets.FetchSecretAsync(new FetchSecretRequest { RunId = run.RunId, Epoch = run.Epoch, Name = name });

    private async Task ExecuteAsync(string sql, params string[] values)
    {
        await using NpgsqlCommand command = _host.DataSource.CreateCommand(sql);
        foreach (string value in values)
        {
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = value });
        }

        await command.ExecuteNonQueryAsync();
    }
}
