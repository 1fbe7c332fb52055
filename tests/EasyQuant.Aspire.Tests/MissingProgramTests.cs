using EasyQuant.LocalServers;

namespace EasyQuant.Aspire.Tests;

/// <summary>What a person reads on a machine that lacks a server program: which one, where it was looked for and how to get it.</summary>
[Collection("hosting")]
public sealed class MissingProgramTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("eq-programs-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task AppHost_WithoutServerPrograms_NamesEachAndWhereAndHowToGetIt()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        await using var appHost = new AppHostProcess(user: null);

        await appHost.StartAsync(deadline.Token, "--shape=servers", "--LocalHosting:ServerPrograms=" + _directory);

        Assert.Equal("false", appHost.Endpoints["HEALTHY"]);
        string[] told = appHost.Output.Split('\n');
        Assert.Contains($"postgres: PostgreSQL 15 or later is not installed (postgres with initdb is not in {_directory}). Install it: apt-get install postgresql", told);
        Assert.Contains($"messaging: RabbitMQ is not installed (rabbitmq-server is not in {_directory}). Install it: apt-get install rabbitmq-server", told);
        Assert.Contains($"redis: Redis is not installed (redis-server is not in {_directory}). Install it: apt-get install redis-server", told);
        Assert.Contains(told, line => line.StartsWith("Not healthy: postgres, database, messaging, redis, waiter. Their console logs are in ", StringComparison.Ordinal));
        Assert.Contains(told, line => line.Contains("waits for 'database', which is in state FailedToStart", StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", appHost.Output, StringComparison.Ordinal);

        // Whoever reads the console log of the resource finds the same.
        Assert.Contains("apt-get install redis-server", File.ReadAllText(appHost.LogOf("redis")), StringComparison.Ordinal);
        Assert.Empty(appHost.Processes);
    }

    [Fact]
    public void RabbitMq_WithoutErlang_NamesThePortMapper()
    {
        Put("rabbitmq-server", "");
        var programs = new Programs(_directory);

        Assert.Equal(Path.Combine(_directory, "rabbitmq-server"), programs.RabbitMqServer());
        Assert.Equal(
            $"Erlang is not installed (epmd is not in {_directory}). Install it: apt-get install rabbitmq-server",
            Assert.Throws<InvalidOperationException>(programs.Epmd).Message);
    }

    [Fact]
    public void Postgres_OfTheMachine_VersionNotInstalled_SaysWhereItLookedAndHowToGetIt() => Assert.Equal(
        "The data directory was made by PostgreSQL 99, which is not installed (postgres with initdb is neither in /usr/lib/postgresql/*/bin nor on PATH). "
        + "Install it (apt-get install postgresql-99) or move the data directory away.",
        Assert.Throws<InvalidOperationException>(() => Programs.OfMachine.PostgresDirectory(99)).Message);

    [Fact]
    public void Postgres_OutsideOfDebiansPlaces_IsFoundByItsVersion()
    {
        Put("postgres", "echo 'postgres (PostgreSQL) 17.2 (Some System 17.2-1)'");
        var programs = new Programs(_directory);
        Assert.Throws<InvalidOperationException>(() => programs.PostgresDirectory(null));

        Put("initdb", "");

        Assert.Equal(_directory, programs.PostgresDirectory(null));
        Assert.Equal(_directory, programs.PostgresDirectory(17));
        Assert.Throws<InvalidOperationException>(() => programs.PostgresDirectory(16));
    }

    [Fact]
    public void Postgres_DataOfAnOlderOne_IsRefusedWithBothVersions() => Assert.StartsWith(
        "The data directory was made by PostgreSQL 14, 15 or later is needed.",
        Assert.Throws<InvalidOperationException>(() => Programs.OfMachine.PostgresDirectory(14)).Message,
        StringComparison.Ordinal);

    [Theory]
    [InlineData("echo 'postgres (PostgreSQL) 14.19'")]
    [InlineData("echo 'something else'")]
    [InlineData("exit 3")]
    public void Postgres_TooOldOrUnknown_IsRefused(string script)
    {
        Put("postgres", script);
        Put("initdb", "");

        InvalidOperationException refused = Assert.Throws<InvalidOperationException>(() => new Programs(_directory).PostgresDirectory(null));

        Assert.StartsWith("PostgreSQL 15 or later is not installed", refused.Message, StringComparison.Ordinal);
    }

    private void Put(string name, string script)
    {
        string path = Path.Combine(_directory, name);
        File.WriteAllText(path, "#!/bin/sh\n" + script + "\n");
        File.SetUnixFileMode(path, (UnixFileMode)0b111_101_101);
    }
}
