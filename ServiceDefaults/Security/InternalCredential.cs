using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Configuration;

namespace EasyQuant.ServiceDefaults.Security;

/// <summary>
/// The secret that tells services of one installation from everybody else. The AppHost generates it and hands it to every
/// service. Immutable and thread-safe.
/// </summary>
public sealed class InternalCredential
{
    /// <summary>Name of the setting (environment variable) that holds the credential.</summary>
    public const string Setting = "EASYQUANT_INTERNAL_CREDENTIAL";

    private const int CharsMin = 20;
    private readonly byte[] _hash;

    /// <summary>Creates a credential.</summary>
    /// <param name="value">The secret, at least 20 characters.</param>
    /// <exception cref="ArgumentException">The secret is shorter.</exception>
    public InternalCredential(string value)
    {
        if (value is not { Length: >= CharsMin })
        {
            throw new ArgumentException($"{Setting} must have at least {CharsMin} characters, has {value?.Length ?? 0}.", nameof(value));
        }

        Value = value;
        _hash = SHA256.HashData(Encoding.UTF8.GetBytes(value));
    }

    /// <summary>The secret itself, for the header of outgoing calls.</summary>
    public string Value { get; }

    /// <summary>Reads the credential from the configuration.</summary>
    /// <param name="configuration">Configuration with the key <see cref="Setting"/>.</param>
    /// <returns>The credential.</returns>
    /// <exception cref="InvalidOperationException">The setting is missing or too short.</exception>
    public static InternalCredential From(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        string? value = configuration[Setting];
        return value is { Length: >= CharsMin }
            ? new InternalCredential(value)
            : throw new InvalidOperationException(
                $"{Setting} is missing or shorter than {CharsMin} characters. The AppHost sets it; a service that is started alone needs any random text of that length, the same in every service.");
    }

    /// <summary>Compares in constant time.</summary>
    /// <param name="presented">What a caller sent; null when nothing.</param>
    /// <returns>True when it is this credential.</returns>
    public bool Matches(string? presented) =>
        presented is not null && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(presented)), _hash);
}
