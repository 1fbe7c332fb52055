using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace EasyQuant.RunnerService.Storage;

/// <summary>What PostgreSQL keeps of a password, made on this side, so that the password itself is never sent to be logged.</summary>
internal static class ScramVerifier
{
    private const int Iterations = 4096;
    private const int SaltBytes = 16;

    /// <summary>Makes a verifier with a salt of its own.</summary>
    public static string Create(string password) => Create(password, RandomNumberGenerator.GetBytes(SaltBytes));

    /// <summary>Makes a verifier: <c>SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey</c>, by RFC 5802 and 7677.</summary>
    /// <param name="password">The password; normalized as Npgsql does when it signs in.</param>
    /// <param name="salt">Of any length.</param>
    public static string Create(string password, byte[] salt)
    {
        byte[] salted = Rfc2898DeriveBytes.Pbkdf2(
            Encoding.UTF8.GetBytes(password.Normalize(NormalizationForm.FormKC)), salt, Iterations, HashAlgorithmName.SHA256, SHA256.HashSizeInBytes);
        byte[] storedKey = SHA256.HashData(HMACSHA256.HashData(salted, "Client Key"u8));
        byte[] serverKey = HMACSHA256.HashData(salted, "Server Key"u8);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"SCRAM-SHA-256${Iterations}:{Convert.ToBase64String(salt)}${Convert.ToBase64String(storedKey)}:{Convert.ToBase64String(serverKey)}");
    }
}
