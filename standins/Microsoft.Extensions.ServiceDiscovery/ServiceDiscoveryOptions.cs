namespace Microsoft.Extensions.ServiceDiscovery;

/// <summary>Which schemes may be resolved.</summary>
public sealed class ServiceDiscoveryOptions
{
    /// <summary>True to accept every scheme. Default true; set false to accept <see cref="AllowedSchemes"/> only.</summary>
    public bool AllowAllSchemes { get; set; } = true;

    /// <summary>The accepted schemes, in lower case, when <see cref="AllowAllSchemes"/> is false.</summary>
    public IList<string> AllowedSchemes { get; set; } = [];
}
