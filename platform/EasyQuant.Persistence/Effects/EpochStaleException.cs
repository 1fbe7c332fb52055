namespace EasyQuant.Persistence.Effects;

/// <summary>A newer owner has written to the resource: the caller is a zombie and must stop. Never retried.</summary>
/// <param name="resource">The fenced resource.</param>
/// <param name="epoch">Epoch of the caller.</param>
public sealed class EpochStaleException(string resource, long epoch)
    : Exception($"EPOCH_STALE: epoch {epoch} of the caller is older than the epoch that last wrote to '{resource}'.")
{
    /// <summary>Reason for programs.</summary>
    public const string Reason = "EPOCH_STALE";

    /// <summary>The fenced resource.</summary>
    public string Resource { get; } = resource;

    /// <summary>Epoch of the caller.</summary>
    public long Epoch { get; } = epoch;
}
