namespace Aspire.Hosting.ApplicationModel;

/// <summary>A part of the address of an endpoint.</summary>
public enum EndpointProperty
{
    /// <summary>The whole address.</summary>
    Url,

    /// <summary>Host name or IP address.</summary>
    Host,

    /// <summary>The address as 127.0.0.1.</summary>
    IPV4Host,

    /// <summary>Port that callers use.</summary>
    Port,

    /// <summary>Scheme.</summary>
    Scheme,

    /// <summary>Port that the process listens on; the same here, where nothing stands in between.</summary>
    TargetPort,

    /// <summary>Host and port with a colon.</summary>
    HostAndPort,
}
