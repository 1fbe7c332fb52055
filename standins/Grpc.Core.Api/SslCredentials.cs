namespace Grpc.Core;

/// <summary>TLS for the connections of a channel. Immutable.</summary>
public sealed class SslCredentials : ChannelCredentials
{
    private readonly VerifyPeerCallback? _verifyPeerCallback;

    /// <summary>TLS with the machine's trusted roots.</summary>
    public SslCredentials()
        : this(null, null, null)
    {
    }

    /// <summary>TLS with own roots.</summary>
    /// <param name="rootCertificates">Trusted roots as PEM.</param>
    public SslCredentials(string rootCertificates)
        : this(rootCertificates, null, null)
    {
    }

    /// <summary>TLS with own roots and a client certificate.</summary>
    /// <param name="rootCertificates">Trusted roots as PEM.</param>
    /// <param name="keyCertificatePair">The client certificate.</param>
    public SslCredentials(string rootCertificates, KeyCertificatePair keyCertificatePair)
        : this(rootCertificates, keyCertificatePair, null)
    {
    }

    /// <summary>TLS with everything chosen.</summary>
    /// <param name="rootCertificates">Trusted roots as PEM, null for the machine's.</param>
    /// <param name="keyCertificatePair">The client certificate, null for none.</param>
    /// <param name="verifyPeerCallback">Has the last word about the server, null for none.</param>
    public SslCredentials(
        string? rootCertificates, KeyCertificatePair? keyCertificatePair, VerifyPeerCallback? verifyPeerCallback)
    {
        RootCertificates = rootCertificates;
        KeyCertificatePair = keyCertificatePair;
        _verifyPeerCallback = verifyPeerCallback;
    }

    /// <summary>Trusted roots as PEM, null for the machine's.</summary>
    public string? RootCertificates { get; }

    /// <summary>The client certificate, null for none.</summary>
    public KeyCertificatePair? KeyCertificatePair { get; }

    internal override bool IsComposable => true;

    /// <summary>Tells a transport what these credentials are made of.</summary>
    /// <param name="configurator">The transport's side.</param>
    /// <param name="state">Handed back to the configurator.</param>
    public override void InternalPopulateConfiguration(ChannelCredentialsConfiguratorBase configurator, object state) =>
        configurator.SetSslCredentials(state, RootCertificates, KeyCertificatePair, _verifyPeerCallback);
}
