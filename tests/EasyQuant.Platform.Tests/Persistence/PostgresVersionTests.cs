using EasyQuant.LocalServers;
using EasyQuant.Persistence;
using EasyQuant.Persistence.Migrations;

namespace EasyQuant.Platform.Tests.Persistence;

public sealed class PostgresVersionTests
{
    [Fact]
    public void Min_OfWhatStartsServers_IsTheOneOfThePlatform() => Assert.Equal(PostgresVersion.Min, Programs.PostgresVersionMin);

    [Fact]
    public void Check_ServerTooOld_IsRefusedWithBothVersions()
    {
        PostgresVersion.Check(new Version(PostgresVersion.Min, 0));
        MigrationException refused = Assert.Throws<MigrationException>(() => PostgresVersion.Check(new Version(PostgresVersion.Min - 1, 9)));
        Assert.Equal($"PostgreSQL {PostgresVersion.Min} or later is needed, this server is {PostgresVersion.Min - 1}.9.", refused.Message);
    }
}
