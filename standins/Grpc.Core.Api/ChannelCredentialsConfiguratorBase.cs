namespace Grpc.Core;

/// <summary>The side of a transport that learns what <see cref="ChannelCredentials"/> are made of.</summary>
public abstract class ChannelCredentialsConfiguratorBase
{
    /// <summary>There is no transport security.</summary>
    /// <param name="state">What the caller handed in.</param>
    public abstract void SetInsecureCredentials(object state);

    /// <summary>The channel uses TLS.</summary>
    /// <param name="state">What the caller handed in.</param>
    /// <param name="rootCertificates">Trusted roots as PEM, null for the machine's.</param>
    /// <param name="keyCertificatePair">The client certificate, null for none.</param>
    /// <param name="verifyPeerCallback">Has the last word about the server, null for none.</param>
    public abstract void SetSslCredentials(
        object state,
        string? rootCertificates,
        KeyCertificatePair? keyCertificatePair,
        VerifyPeerCallback? verifyPeerCallback);

    /// <summary>The credentials are a combination.</summary>
    /// <param name="state">What the caller handed in.</param>
    /// <param name="channelCredentials">How connections are secured.</param>
    /// <param name="callCredentials">Applied to every call.</param>
    public abstract void SetCompositeCredentials(
        object state, ChannelCredentials channelCredentials, CallCredentials callCredentials);
}
