using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting;

/// <summary>Describes an application.</summary>
public interface IDistributedApplicationBuilder
{
    /// <summary>Settings of the AppHost: files, environment, arguments.</summary>
    ConfigurationManager Configuration { get; }

    /// <summary>Directory of the AppHost's project.</summary>
    string AppHostDirectory { get; }

    /// <summary>Environment of the AppHost.</summary>
    IHostEnvironment Environment { get; }

    /// <summary>Services of the AppHost.</summary>
    IServiceCollection Services { get; }

    /// <summary>How the AppHost runs.</summary>
    DistributedApplicationExecutionContext ExecutionContext { get; }

    /// <summary>Resources, in the order they were added.</summary>
    IResourceCollection Resources { get; }

    /// <summary>Adds a resource.</summary>
    /// <typeparam name="T">Kind of resource.</typeparam>
    /// <param name="resource">The resource.</param>
    /// <returns>Its builder.</returns>
    /// <exception cref="DistributedApplicationException">There is one of that name.</exception>
    IResourceBuilder<T> AddResource<T>(T resource)
        where T : IResource;

    /// <summary>Returns a builder of a resource that was added.</summary>
    /// <typeparam name="T">Kind of resource.</typeparam>
    /// <param name="resource">The resource.</param>
    /// <returns>Its builder.</returns>
    IResourceBuilder<T> CreateResourceBuilder<T>(T resource)
        where T : IResource;

    /// <summary>Builds the application.</summary>
    /// <returns>The application, not yet started.</returns>
    DistributedApplication Build();
}
