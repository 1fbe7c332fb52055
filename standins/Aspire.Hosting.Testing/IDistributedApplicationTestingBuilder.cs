namespace Aspire.Hosting.Testing;

/// <summary>An AppHost that was described by its own entry point and waits to be built by a test.</summary>
public interface IDistributedApplicationTestingBuilder : IDistributedApplicationBuilder, IAsyncDisposable, IDisposable
{
    /// <summary>Builds the application.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The application, not yet started.</returns>
    Task<DistributedApplication> BuildAsync(CancellationToken cancellationToken = default);
}
