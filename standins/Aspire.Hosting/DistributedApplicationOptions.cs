namespace Aspire.Hosting;

/// <summary>How an application is built.</summary>
public sealed class DistributedApplicationOptions
{
    /// <summary>Arguments of the AppHost; they become configuration.</summary>
    public string[]? Args { get; set; }

    /// <summary>Name of the AppHost's assembly; null takes the entry assembly.</summary>
    public string? AssemblyName { get; set; }

    /// <summary>True leaves the dashboard out; false by default.</summary>
    public bool DisableDashboard { get; set; }

    /// <summary>True allows http addresses of the dashboard; without effect here, where everything is on 127.0.0.1.</summary>
    public bool AllowUnsecuredTransport { get; set; }
}
