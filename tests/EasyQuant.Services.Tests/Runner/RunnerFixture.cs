using EasyQuant.Testing;

namespace EasyQuant.Services.Tests.Runner;

/// <summary>One Workflow service with one Runner.</summary>
public sealed class RunnerFixture : TestServersFixture
{
    public RunnerHost Host { get; private set; } = null!;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        Host = await RunnerHost.StartAsync(Servers);
    }

    public override async Task DisposeAsync()
    {
        await Host.DisposeAsync();
        await base.DisposeAsync();
    }
}
