using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace EasyQuant.EndToEnd;

/// <summary>Reads from compiled assemblies which members of other assemblies they call, and which members an assembly has.</summary>
internal static class ApiReader
{
    /// <summary>Members of assemblies that match, as <c>assembly: type.member(parameters) : result</c>.</summary>
    public static IEnumerable<string> Calls(string path, Func<string, bool> isOfInterest)
    {
        using var file = new PEReader(File.OpenRead(path));
        MetadataReader reader = file.GetMetadataReader();
        var calls = new List<string>();
        foreach (MemberReferenceHandle handle in reader.MemberReferences)
        {
            MemberReference member = reader.GetMemberReference(handle);
            if (TypeOf(reader, member.Parent) is { } type && AssemblyOf(reader, type) is { } assembly && isOfInterest(assembly))
            {
                string name = ApiNames.Instance.GetTypeFromReference(reader, type, 0);
                string signature = member.GetKind() == MemberReferenceKind.Field
                    ? " : " + member.DecodeFieldSignature(ApiNames.Instance, null)
                    : Text(member.DecodeMethodSignature(ApiNames.Instance, null));
                calls.Add($"{assembly}: {name}.{reader.GetString(member.Name)}{signature}");
            }
        }

        return calls;
    }

    /// <summary>All members that an assembly defines, in the same form.</summary>
    public static HashSet<string> Members(string path)
    {
        using var file = new PEReader(File.OpenRead(path));
        MetadataReader reader = file.GetMetadataReader();
        string assembly = reader.GetString(reader.GetAssemblyDefinition().Name);
        var members = new HashSet<string>(StringComparer.Ordinal);
        foreach (TypeDefinitionHandle handle in reader.TypeDefinitions)
        {
            string name = ApiNames.Instance.GetTypeFromDefinition(reader, handle, 0);
            TypeDefinition type = reader.GetTypeDefinition(handle);
            foreach (MethodDefinition method in type.GetMethods().Select(reader.GetMethodDefinition))
            {
                members.Add($"{assembly}: {name}.{reader.GetString(method.Name)}{Text(method.DecodeSignature(ApiNames.Instance, null))}");
            }

            foreach (FieldDefinition field in type.GetFields().Select(reader.GetFieldDefinition))
            {
                members.Add($"{assembly}: {name}.{reader.GetString(field.Name)} : {field.DecodeSignature(ApiNames.Instance, null)}");
            }
        }

        return members;
    }

    private static string Text(MethodSignature<string> signature)
    {
        string generic = signature.GenericParameterCount == 0 ? "" : FormattableString.Invariant($"``{signature.GenericParameterCount}");
        return $"{generic}({string.Join(", ", signature.ParameterTypes)}) : {signature.ReturnType}";
    }

    private static TypeReferenceHandle? TypeOf(MetadataReader reader, EntityHandle parent)
    {
        if (parent.Kind == HandleKind.TypeReference)
        {
            return (TypeReferenceHandle)parent;
        }

        if (parent.Kind != HandleKind.TypeSpecification)
        {
            return null;
        }

        // A generic type: 0x15, class or value type, then the type itself.
        BlobReader blob = reader.GetBlobReader(reader.GetTypeSpecification((TypeSpecificationHandle)parent).Signature);
        if (blob.ReadByte() != 0x15)
        {
            return null;
        }

        blob.ReadByte();
        EntityHandle type = blob.ReadTypeHandle();
        return type.Kind == HandleKind.TypeReference ? (TypeReferenceHandle)type : null;
    }

    private static string? AssemblyOf(MetadataReader reader, TypeReferenceHandle type)
    {
        EntityHandle scope = reader.GetTypeReference(type).ResolutionScope;
        return scope.Kind switch
        {
            HandleKind.AssemblyReference => reader.GetString(reader.GetAssemblyReference((AssemblyReferenceHandle)scope).Name),
            HandleKind.TypeReference => AssemblyOf(reader, (TypeReferenceHandle)scope),
            _ => null,
        };
    }
}
