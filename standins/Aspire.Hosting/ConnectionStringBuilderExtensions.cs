using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Local;

namespace Aspire.Hosting;

/// <summary>Adds connection strings of servers that somebody else runs.</summary>
public static class ConnectionStringBuilderExtensions
{
    /// <summary>Adds a connection string: setting <c>ConnectionStrings:{name}</c>.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">Name of the resource and of the setting.</param>
    /// <param name="environmentVariableName">Without effect here: processes get <c>ConnectionStrings__{name}</c>.</param>
    /// <returns>Its builder; without a value the resource is in state ValueMissing.</returns>
    public static IResourceBuilder<IResourceWithConnectionString> AddConnectionString(
        this IDistributedApplicationBuilder builder, string name, string? environmentVariableName = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddResource(new ConfiguredConnectionString(name, builder.Configuration));
    }
}
