using System.Text.RegularExpressions;

namespace EasyQuant.Architecture.Tests;

public sealed partial class ErrorReasonTests
{
    private static readonly string[] s_folders = ["core/", "nodes/", "platform/", "services/", "ServiceDefaults/"];

    [Fact]
    public void Reasons_ProductCode_StandInTheList()
    {
        HashSet<string> known = Known(File.ReadAllText(Path.Combine(Repository.Root, "docs/errors.md")));
        Assert.True(known.Count > 100, $"only {known.Count} reasons are listed");
        string[] missing = [.. Repository.Sources(".cs", s_folders).SelectMany(Unlisted).Distinct().Order(StringComparer.Ordinal)];
        Assert.True(missing.Length == 0, "not in docs/errors.md: " + string.Join(", ", missing));

        IEnumerable<string> Unlisted(SourceFile file) => Reasons(file.Text).Where(r => !known.Contains(r));
    }

    [Fact]
    public void Reasons_PlantedReason_IsFound() =>
        Assert.Equal(["MADE_UP_REASON"], Reasons("throw RpcError.NotFound(\"MADE_UP" + "_REASON\", \"EQ_FAIL and EASYQUANT_DATA_ROOT\");"));

    private static HashSet<string> Known(string list) => [.. Word().Matches(list).Select(m => m.Value)];

    private static IEnumerable<string> Reasons(string text) => Literal().Matches(text).Select(m => m.Groups[1].Value).Where(r => !Setting().IsMatch(r));

    [GeneratedRegex(@"""([A-Z][A-Z0-9]+(?:_[A-Z0-9]+)+)""")]
    private static partial Regex Literal();

    [GeneratedRegex(@"\b[A-Z][A-Z0-9]+(?:_[A-Z0-9]+)*\b")]
    private static partial Regex Word();

    // Names of environment variables, which look alike.
    [GeneratedRegex("^(EASYQUANT|EQ|OTEL|GRPC|HTTP|ASPNETCORE|DOTNET)_")]
    private static partial Regex Setting();
}
