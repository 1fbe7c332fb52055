using Xunit;

namespace EasyQuant.Testing;

/// <summary>
/// xunit fixture with servers: derive nothing, write <c>[CollectionDefinition("servers")] public sealed class X : ICollectionFixture&lt;TestServersFixture&gt;;</c>
/// in the test project, or take it as a class fixture.
/// </summary>
public class TestServersFixture : IAsyncLifetime
{
    private TestServers? _servers;

    /// <summary>The servers, from the first test on.</summary>
    public TestServers Servers => _servers ?? throw new InvalidOperationException("The fixture is not initialised.");

    /// <inheritdoc/>
    public virtual async Task InitializeAsync()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        _servers = await TestServers.StartOrReuseAsync(deadline.Token);
    }

    /// <inheritdoc/>
    public virtual async Task DisposeAsync()
    {
        if (_servers is not null)
        {
            await _servers.DisposeAsync();
        }
    }
}
