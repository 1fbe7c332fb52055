using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using EasyQuant.Flow;

namespace EasyQuant.RunnerService.Grpc.Registration;

/// <summary>Names the code that makes node definitions.</summary>
internal static class NodeCode
{
    private const string Own = "EasyQuant.";

    /// <summary>
    /// SHA-256 over the names of the node types and the module version ids of this program, of our libraries that it uses, and of the library that makes the schemas.
    /// The compiler derives such an id from the sources; lower-case hexadecimal. The same hash means the same definitions.
    /// </summary>
    public static string Hash(NodeCatalog catalog)
    {
        var found = new SortedDictionary<string, Assembly>(StringComparer.Ordinal);
        Add(typeof(NodeCode).Assembly, found);
        Assembly[] parts = [.. found.Values, typeof(System.Text.Json.JsonSerializer).Assembly];
        string text = string.Join('\n', catalog.Types.Concat(parts.Select(part => $"{part.GetName().Name} {part.ManifestModule.ModuleVersionId:N}")));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }

    private static void Add(Assembly assembly, SortedDictionary<string, Assembly> found)
    {
        if (!found.TryAdd(assembly.GetName().Name!, assembly))
        {
            return;
        }

        foreach (AssemblyName name in assembly.GetReferencedAssemblies().Where(name => name.Name!.StartsWith(Own, StringComparison.Ordinal)))
        {
            Add(Assembly.Load(name), found);
        }
    }
}
