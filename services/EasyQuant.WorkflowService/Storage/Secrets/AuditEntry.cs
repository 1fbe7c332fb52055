using EasyQuant.Contracts.Secret.V1;
using Google.Protobuf.WellKnownTypes;

namespace EasyQuant.WorkflowService.Storage.Secrets;

/// <summary>What was done to a secret.</summary>
/// <param name="ProjectId">The project.</param>
/// <param name="Name">Name of the secret.</param>
/// <param name="Action"><c>set</c> or <c>delete</c>.</param>
/// <param name="Version">Version stored or deleted.</param>
/// <param name="Hosts">Servers that may receive it; none for a deletion.</param>
/// <param name="RequestId">Chosen by the caller, or null.</param>
/// <param name="RequestHash">HMAC of what was asked for under the key <paramref name="KeyId"/>, or null.</param>
/// <param name="KeyId">Key-encryption key.</param>
/// <param name="Actor">Who did it.</param>
/// <param name="Time">When.</param>
/// <param name="Position">Number within the project, from 1; 0 before it is stored.</param>
internal sealed record AuditEntry(
    string ProjectId, string Name, string Action, int Version, string[] Hosts, Guid? RequestId, byte[]? RequestHash, string KeyId, string Actor, DateTimeOffset Time,
    long Position = 0)
{
    /// <summary>What callers see.</summary>
    public SecretEvent ToWire()
    {
        var wire = new SecretEvent
        {
            Position = Position,
            Name = Name,
            Action = Action == "set" ? SecretAction.Set : SecretAction.Delete,
            Version = Version,
            RequestId = RequestId?.ToString() ?? "",
            Actor = Actor,
            EventTime = Time.ToTimestamp(),
        };
        wire.Hosts.AddRange(Hosts);
        return wire;
    }
}
