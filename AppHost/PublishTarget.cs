namespace EasyQuant.AppHost;

/// <summary>What published files are for.</summary>
internal enum PublishTarget
{
    /// <summary>Docker Compose.</summary>
    Compose,

    /// <summary>Kubernetes, as a Helm chart.</summary>
    Kubernetes,
}
