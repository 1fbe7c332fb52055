using Grpc.Core.Utils;

namespace Grpc.Core;

/// <summary>A certificate chain and its private key, both PEM. Immutable.</summary>
/// <param name="certificateChain">The chain, leaf first.</param>
/// <param name="privateKey">The key of the leaf.</param>
public sealed class KeyCertificatePair(string certificateChain, string privateKey)
{
    /// <summary>The chain, leaf first, PEM.</summary>
    public string CertificateChain { get; } = GrpcPreconditions.CheckNotNull(certificateChain, nameof(certificateChain))!;

    /// <summary>The key of the leaf, PEM.</summary>
    public string PrivateKey { get; } = GrpcPreconditions.CheckNotNull(privateKey, nameof(privateKey))!;
}
