using EasyQuant.Persistence;
using EasyQuant.Persistence.Faults;
using Npgsql;

namespace EasyQuant.Platform.Tests.Persistence;

[Collection(Servers.Name)]
public sealed class FailpointTests
{
    [Fact]
    public void Hit_AShareOfAllPointsWithAnEnding_FailsThatShareEvenly()
    {
        using IDisposable armed = Failpoints.Arm("*.after-commit:throw:10%,named.after-commit:throw:2");
        int[] failed = [.. Enumerable.Range(1, 40).Where(i => Fails(i % 2 == 0 ? "a.after-commit" : "b.after-commit"))];
        Assert.Equal([10, 20, 30, 40], failed);
        Assert.Equal([false, true, false], new[] { Fails("named.after-commit"), Fails("named.after-commit"), Fails("named.after-commit") });
        Assert.False(Fails("a.before-commit"));
    }

    [Fact]
    public void Arm_ANumberedSpecification_MeansTheRestOfIt()
    {
        using (Failpoints.Arm("#7,point:throw:1"))
        {
            Assert.True(Fails("point"));
        }

        using (Failpoints.Arm("#8,"))
        {
            Assert.False(Fails("point"));
        }
    }

    [Fact]
    public void Arm_Malformed_IsRefused()
    {
        Assert.Throws<FormatException>(() => Failpoints.Arm("point:explode:1"));
        Assert.Throws<FormatException>(() => Failpoints.Arm("point:throw:x%"));
    }

    [Fact]
    public void Retry_ConnectionDisposedUnderItsCommand_IsPassingAndADisposedSourceIsNot()
    {
        Assert.True(TransientRetry.IsTransient(new ObjectDisposedException("System.Threading.ManualResetEventSlim")));
        Assert.False(TransientRetry.IsTransient(new ObjectDisposedException("Npgsql.PoolingDataSource")));
    }

    [Fact]
    public void Retry_ConnectionBrokenForWhateverReason_IsPassingAndARefusalIsNot()
    {
        Assert.True(TransientRetry.IsTransient(new NpgsqlException("Exception while writing to stream", new InvalidOperationException("closed"))));
        Assert.True(TransientRetry.IsTransient(new NpgsqlException("Exception while reading from stream", new System.Net.Sockets.SocketException())));
        Assert.False(TransientRetry.IsTransient(new NpgsqlException("No password has been provided")));
        Assert.False(TransientRetry.IsTransient(new NpgsqlException("Exception while performing SSL handshake", new System.Security.Authentication.AuthenticationException())));
        Assert.False(TransientRetry.IsTransient(new PostgresException("duplicate key", "ERROR", "ERROR", PostgresErrorCodes.UniqueViolation)));
    }

    private static bool Fails(string point)
    {
        try
        {
            Failpoints.Hit(point);
            return false;
        }
        catch (FailpointException)
        {
            return true;
        }
    }
}
