namespace Grpc.Core;

/// <summary>Has the last word about the certificate of a server.</summary>
/// <param name="context">Who was called and what it showed.</param>
/// <returns>True to go on.</returns>
public delegate bool VerifyPeerCallback(VerifyPeerContext context);
