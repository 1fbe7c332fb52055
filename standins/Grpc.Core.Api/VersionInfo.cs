namespace Grpc.Core;

/// <summary>The versions that the official assembly of this name carries.</summary>
public static class VersionInfo
{
    /// <summary>The assembly version; fixed for all 2.x releases.</summary>
    public const string CurrentAssemblyVersion = "2.0.0.0";

    /// <summary>The file version.</summary>
    public const string CurrentAssemblyFileVersion = "2.85.0.0";

    /// <summary>The package version.</summary>
    public const string CurrentVersion = "2.85.0";
}
