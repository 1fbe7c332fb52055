using EasyQuant.Cli.Local;
using EasyQuant.Flow;

namespace EasyQuant.Services.Tests.Secrets;

/// <summary>Where <c>eq run</c> takes secrets from.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class LocalSecretsTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public async Task Read_FromTheEnvironment_GivesTheVariableOfTheName()
    {
        string name = $"local-{Guid.NewGuid():N}";
        Environment.SetEnvironmentVariable(LocalSecrets.VariableOf(name), "from-the-environment");

        SecretValue secret = await new LocalSecrets(null).ReadAsync(name, CancellationToken.None);

        Assert.Equal("EQ_SECRET_BROKER_TOKEN_2", LocalSecrets.VariableOf("broker-token.2"));
        Assert.Equal("from-the-environment", secret.Value);
        Assert.Null(secret.Hosts);
        Assert.DoesNotContain(secret.Value, $"{secret}", StringComparison.Ordinal);
        Environment.SetEnvironmentVariable(LocalSecrets.VariableOf(name), null);
    }

    [Fact]
    public async Task Read_FromAFileThatIsReplaced_GivesTheNewValue()
    {
        var secrets = new LocalSecrets(_file);
        Write("""{"token":"first-value"}""", OwnerOnly);
        string first = (await secrets.ReadAsync("token", CancellationToken.None)).Value;
        Write("""{"token":"second-value"}""", OwnerOnly);

        Assert.Null(secrets.Check());
        Assert.Equal(("first-value", "second-value"), (first, (await secrets.ReadAsync("token", CancellationToken.None)).Value));
        NodeException missing = await Assert.ThrowsAsync<NodeException>(async () => await secrets.ReadAsync("no-such-token", CancellationToken.None));
        Assert.Equal("SECRET_NOT_FOUND", missing.Reason);
        Assert.Contains("EQ_SECRET_NO_SUCH_TOKEN", missing.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"token":"canary-file-1"}""", OwnerOnly | UnixFileMode.GroupRead, "chmod 600")]
    [InlineData("canary-file-1", OwnerOnly, "is not JSON")]
    [InlineData("""{"token":{"canary-file-1":1}}""", OwnerOnly, "JSON object of texts")]
    [InlineData("""["canary-file-1"]""", OwnerOnly, "JSON object of texts")]
    public void Check_OfABadFile_SaysWhatIsWrongAndShowsNothingOfIt(string text, UnixFileMode mode, string expected)
    {
        Write(text, mode);

        string? fault = new LocalSecrets(_file).Check();

        Assert.Contains(expected, fault, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_OfAMissingFile_NamesIt() =>
        Assert.Contains("/no/such/file", new LocalSecrets("/no/such/file").Check(), StringComparison.Ordinal);

    private void Write(string text, UnixFileMode mode)
    {
        File.WriteAllText(_file, text);
        File.SetUnixFileMode(_file, mode);
    }
}
