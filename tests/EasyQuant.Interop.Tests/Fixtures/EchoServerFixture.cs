namespace EasyQuant.Interop.Tests.Fixtures;

/// <summary>One echo server for all tests of a class.</summary>
public sealed class EchoServerFixture : IAsyncLifetime
{
    public EchoServer Server { get; private set; } = null!;

    public async Task InitializeAsync() => Server = await EchoServer.StartAsync();

    public async Task DisposeAsync() => await Server.DisposeAsync();
}
