using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Local;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting;

/// <summary>Adds parameters: settings that come from <c>Parameters:{name}</c>.</summary>
public static class ParameterResourceBuilderExtensions
{
    /// <summary>Adds a parameter that somebody must give.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">Name of the parameter; a hyphen may be an underscore in the configuration.</param>
    /// <param name="secret">True hides the value from the dashboard.</param>
    /// <returns>Its builder.</returns>
    public static IResourceBuilder<ParameterResource> AddParameter(this IDistributedApplicationBuilder builder, string name, bool secret = false) =>
        Add(builder, name, null, secret);

    /// <summary>Adds a parameter with a value.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">Name of the parameter.</param>
    /// <param name="value">The value; the configuration is not asked.</param>
    /// <param name="publishValueAsDefault">Without effect here, where nothing is published.</param>
    /// <param name="secret">True hides the value from the dashboard.</param>
    /// <returns>Its builder.</returns>
    public static IResourceBuilder<ParameterResource> AddParameter(
        this IDistributedApplicationBuilder builder, string name, string value, bool publishValueAsDefault = false, bool secret = false)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddResource(new ParameterResource(name, _ => value, secret));
    }

    /// <summary>Adds a parameter that is made when nobody gives it.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">Name of the parameter.</param>
    /// <param name="value">Makes the value.</param>
    /// <param name="secret">True hides the value from the dashboard.</param>
    /// <param name="persist">True keeps the made value for the next start.</param>
    /// <returns>Its builder.</returns>
    public static IResourceBuilder<ParameterResource> AddParameter(
        this IDistributedApplicationBuilder builder, string name, ParameterDefault value, bool secret = false, bool persist = false)
    {
        ArgumentNullException.ThrowIfNull(value);
        return Add(builder, name, persist ? new KeptParameterDefault(builder, name, value) : value, secret);
    }

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

    private static IResourceBuilder<ParameterResource> Add(IDistributedApplicationBuilder builder, string name, ParameterDefault? whenMissing, bool secret)
    {
        ArgumentNullException.ThrowIfNull(builder);
        string Read(ParameterDefault? fallback) =>
            builder.Configuration["Parameters:" + name]
            ?? builder.Configuration["Parameters:" + name.Replace('-', '_')]
            ?? fallback?.GetDefaultValue()
            ?? throw new DistributedApplicationException($"The parameter '{name}' has no value. Set Parameters:{name}, for example with the environment variable Parameters__{name.Replace('-', '_')}.");

        return builder.AddResource(new ParameterResource(name, Read, secret) { Default = whenMissing });
    }
}
