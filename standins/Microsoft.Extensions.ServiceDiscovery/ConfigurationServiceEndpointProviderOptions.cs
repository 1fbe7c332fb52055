namespace Microsoft.Extensions.ServiceDiscovery;

/// <summary>Where endpoints stand in the configuration.</summary>
public sealed class ConfigurationServiceEndpointProviderOptions
{
    /// <summary>The section that holds one section for each service. Default <c>Services</c>.</summary>
    public string SectionName { get; set; } = "Services";
}
