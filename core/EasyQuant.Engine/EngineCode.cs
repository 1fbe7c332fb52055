using System.Security.Cryptography;
using EasyQuant.Domain;
using EasyQuant.Indicators;

namespace EasyQuant.Engine;

/// <summary>Names the code that computes results. Thread-safe.</summary>
public static class EngineCode
{
    private static readonly Lazy<string> s_sha256 = new(Compute);

    /// <summary>SHA-256 over the module version ids of rules, indicators and engine, which the compiler derives from their sources, wherever they lie; lower-case hexadecimal.</summary>
    public static string Sha256 => s_sha256.Value;

    private static string Compute()
    {
        Type[] parts = [typeof(Price), typeof(SmaStream), typeof(EngineCode)];
        return Convert.ToHexStringLower(SHA256.HashData([.. parts.SelectMany(part => part.Module.ModuleVersionId.ToByteArray())]));
    }
}
