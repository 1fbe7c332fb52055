namespace EasyQuant.Architecture.Tests;

public sealed class ProtoTests
{
    private const string Header = "\npackage easyquant.x.v1;\noption csharp_namespace = \"EasyQuant.Contracts.X.V1\";\n";

    [Fact]
    public void Protos_WholeTree_FollowTheRules()
    {
        IReadOnlyList<SourceFile> protos = Repository.Sources(".proto", "protos/easyquant/");
        Assert.True(protos.Count >= 10, $"only {protos.Count} files were found");
        string[] violations = [.. protos.SelectMany(ProtoRules.Violations)];
        Assert.True(violations.Length == 0, string.Join('\n', violations));
    }

    [Theory]
    [InlineData("message A {\n}\n", "no comment")]
    [InlineData("// A.\nmessage A {\n  string b = 1;\n}\n", "no comment")]
    [InlineData("// A.\nmessage A {\n  // B.\n  uint32 b = 1;\n}\n", "unsigned")]
    [InlineData("// E.\nenum RunKind {\n  // U.\n  UNKNOWN = 0;\n}\n", "RUN_KIND_UNSPECIFIED")]
    [InlineData("// S.\nservice S {\n  // R.\n  rpc Get(Wrong) returns (GetResponse);\n}\n", "GetRequest")]
    [InlineData("// A.\nmessage A {\n  // B.\n  int32 page_size = 1;\n}\n", "page_token")]
    public void Violations_PlantedFault_IsReported(string text, string expected) =>
        Assert.Contains(ProtoRules.Violations(new("protos/easyquant/x/v1/x.proto", Header + text)), v => v.Contains(expected, StringComparison.Ordinal));

    [Fact]
    public void Violations_WrongPackage_IsReported() =>
        Assert.NotEmpty(ProtoRules.Violations(new("protos/easyquant/y/v1/y.proto", Header)));
}
