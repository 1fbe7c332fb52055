namespace Grpc.Core;

/// <summary>Who was called and which certificate it showed. Immutable.</summary>
public class VerifyPeerContext
{
    internal VerifyPeerContext(string targetName, string peerPem)
    {
        TargetName = targetName;
        PeerPem = peerPem;
    }

    /// <summary>The name that was called.</summary>
    public string TargetName { get; }

    /// <summary>The certificate as PEM.</summary>
    public string PeerPem { get; }
}
