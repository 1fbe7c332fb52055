using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Testing;

/// <summary>Runs an AppHost in a test: own data directory (deleted at the end), free ports, no dashboard unless asked for.</summary>
public static class DistributedApplicationTestingBuilder
{
    /// <summary>Runs the entry point of an AppHost up to its Build.</summary>
    /// <typeparam name="TEntryPoint">A type of the AppHost's assembly, usually <c>Projects.X_AppHost</c>.</typeparam>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The described application.</returns>
    public static Task<IDistributedApplicationTestingBuilder> CreateAsync<TEntryPoint>(CancellationToken cancellationToken = default)
        where TEntryPoint : class => CreateAsync(typeof(TEntryPoint), [], (_, _) => { }, cancellationToken);

    /// <summary>Runs the entry point of an AppHost up to its Build.</summary>
    /// <typeparam name="TEntryPoint">A type of the AppHost's assembly.</typeparam>
    /// <param name="args">Arguments of the entry point.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The described application.</returns>
    public static Task<IDistributedApplicationTestingBuilder> CreateAsync<TEntryPoint>(string[] args, CancellationToken cancellationToken = default)
        where TEntryPoint : class => CreateAsync(typeof(TEntryPoint), args, (_, _) => { }, cancellationToken);

    /// <summary>Runs the entry point of an AppHost up to its Build.</summary>
    /// <typeparam name="TEntryPoint">A type of the AppHost's assembly.</typeparam>
    /// <param name="args">Arguments of the entry point.</param>
    /// <param name="configureBuilder">Changes the options: <c>o.DisableDashboard = false</c> starts the dashboard.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The described application.</returns>
    public static Task<IDistributedApplicationTestingBuilder> CreateAsync<TEntryPoint>(
        string[] args, Action<DistributedApplicationOptions, HostApplicationBuilderSettings> configureBuilder, CancellationToken cancellationToken = default)
        where TEntryPoint : class => CreateAsync(typeof(TEntryPoint), args, configureBuilder, cancellationToken);

    /// <summary>Runs the entry point of an AppHost up to its Build.</summary>
    /// <param name="entryPoint">A type of the AppHost's assembly.</param>
    /// <param name="args">Arguments of the entry point.</param>
    /// <param name="configureBuilder">Changes the options.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The described application.</returns>
    /// <exception cref="InvalidOperationException">The entry point ends or fails before it builds.</exception>
    public static async Task<IDistributedApplicationTestingBuilder> CreateAsync(
        Type entryPoint, string[] args, Action<DistributedApplicationOptions, HostApplicationBuilderSettings> configureBuilder, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(entryPoint);
        ArgumentNullException.ThrowIfNull(args);
        ArgumentNullException.ThrowIfNull(configureBuilder);
        var hook = new EntryPointHook(entryPoint.Assembly, configureBuilder);
        hook.Run(args);
        IDistributedApplicationBuilder builder = await hook.Building.WaitAsync(cancellationToken);
        return new TestingBuilder(builder, hook);
    }
}
