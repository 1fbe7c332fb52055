using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.Interop.V1;
using Grpc.AspNetCore.Server;
using Grpc.Net.Client;

namespace EasyQuant.Interop.Tests.Product;

/// <summary>
/// Every member of Grpc.Core.Api and Grpc.Net.Common that the official server, the official client and generated code name is there, whichever
/// world those two come from. A member that is missing would otherwise show only when a program comes to the call.
/// </summary>
public sealed class TouchedMemberTests
{
    private const int MemberReferenceTable = 0x0A000000;
    private const int TypeReferenceTable = 0x01000000;

    private static readonly Type[] s_arguments = [.. Enumerable.Repeat(typeof(object), 8)];

    [Theory]
    [InlineData(typeof(GrpcChannel), 100)]
    [InlineData(typeof(GrpcServiceOptions), 80)]
    [InlineData(typeof(Echo), 30)]
    [InlineData(typeof(RunService), 30)]
    public void Members_ThatAnAssemblyNames_AllResolve(Type user, int atLeast)
    {
        Module module = user.Assembly.ManifestModule;
        (int types, int members) = Count(user.Assembly.Location);
        List<string> missing = [];
        int resolved = 0;

        for (int row = 1; row <= types; row++)
        {
            resolved += Resolve(() => module.ResolveType(TypeReferenceTable + row, s_arguments, s_arguments), missing);
        }

        for (int row = 1; row <= members; row++)
        {
            resolved += Resolve(() => module.ResolveMember(MemberReferenceTable + row, s_arguments, s_arguments)?.DeclaringType, missing);
        }

        Assert.Empty(missing);
        Assert.True(resolved >= atLeast, $"Only {resolved} names of the two assemblies were found in {module.Name}.");
    }

    private static int Resolve(Func<Type?> resolve, List<string> missing)
    {
        try
        {
            return resolve()?.Assembly.GetName().Name is "Grpc.Core.Api" or "Grpc.Net.Common" ? 1 : 0;
        }
        catch (Exception error) when (error is MissingMemberException or TypeLoadException)
        {
            // The made-up type arguments may not be what a type asks for; that is no missing member.
            if (!error.Message.Contains("violates the constraint", StringComparison.Ordinal))
            {
                missing.Add(error.Message);
            }

            return 0;
        }
    }

    private static (int Types, int Members) Count(string path)
    {
        using var pe = new PEReader(File.OpenRead(path));
        MetadataReader reader = pe.GetMetadataReader();
        return (reader.TypeReferences.Count, reader.MemberReferences.Count);
    }
}
