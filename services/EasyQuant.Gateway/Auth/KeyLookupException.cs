namespace EasyQuant.Gateway.Auth;

/// <summary>The database did not answer in time, so it is not known whether a key is valid.</summary>
/// <param name="inner">What the database said.</param>
internal sealed class KeyLookupException(Exception inner) : Exception("The key cannot be checked now.", inner);
