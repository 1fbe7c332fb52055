using System.Text.RegularExpressions;

namespace EasyQuant.Architecture.Tests;

/// <summary>Rules about one .proto file of ours.</summary>
internal static partial class ProtoRules
{
    public static IEnumerable<string> Violations(SourceFile file)
    {
        string[] lines = file.Lines;
        string folder = Path.GetDirectoryName(file.Path)!.Replace('\\', '/');
        string package = folder["protos/".Length..].Replace('/', '.');
        if (!file.Text.Contains($"\npackage {package};", StringComparison.Ordinal))
        {
            yield return $"{file.Path}: package is not {package}";
        }

        string name = string.Join('.', package.Split('.').Skip(1).Select(p => char.ToUpperInvariant(p[0]) + p[1..]));
        if (!file.Text.Contains($"option csharp_namespace = \"EasyQuant.Contracts.{name}\";", StringComparison.Ordinal))
        {
            yield return $"{file.Path}: csharp_namespace is not EasyQuant.Contracts.{name}";
        }

        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i].Trim();
            if (Declaration().IsMatch(line) && (i == 0 || !lines[i - 1].TrimStart().StartsWith("//", StringComparison.Ordinal)))
            {
                yield return $"{file.Path}:{i + 1}: no comment: {line}";
            }

            if (Unsigned().IsMatch(line))
            {
                yield return $"{file.Path}:{i + 1}: unsigned: {line}";
            }
        }

        foreach (string violation in Enums(file).Concat(Pages(file)).Concat(Calls(file)))
        {
            yield return violation;
        }
    }

    private static IEnumerable<string> Enums(SourceFile file)
    {
        foreach (Match match in EnumBlock().Matches(file.Text))
        {
            string prefix = Words().Replace(match.Groups[1].Value, "_$1").ToUpperInvariant() + "_";
            List<string> values = [.. EnumValue().Matches(match.Groups[2].Value).Select(m => m.Groups[1].Value)];
            if (values.Count == 0 || values[0] != prefix + "UNSPECIFIED")
            {
                yield return $"{file.Path}: enum {match.Groups[1].Value} does not start with {prefix}UNSPECIFIED";
            }

            foreach (string value in values.Where(v => !v.StartsWith(prefix, StringComparison.Ordinal)))
            {
                yield return $"{file.Path}: {value} does not start with {prefix}";
            }
        }
    }

    private static IEnumerable<string> Pages(SourceFile file)
    {
        foreach (Match match in MessageBlock().Matches(file.Text))
        {
            string body = match.Groups[2].Value;
            if (body.Contains("int32 page_size", StringComparison.Ordinal) != body.Contains("string page_token", StringComparison.Ordinal))
            {
                yield return $"{file.Path}: {match.Groups[1].Value} has only one of page_size and page_token";
            }
        }
    }

    private static IEnumerable<string> Calls(SourceFile file)
    {
        foreach (Match match in Rpc().Matches(file.Text))
        {
            string verb = match.Groups[1].Value;
            if (match.Groups[2].Value != verb + "Request" || match.Groups[3].Value != verb + "Response")
            {
                yield return $"{file.Path}: {verb} does not take {verb}Request and return {verb}Response";
            }
        }
    }

    [GeneratedRegex(@"^(message|enum|service|rpc|oneof)\s+\w+|^(repeated |optional )?[\w.]+(<[^>]+>)?\s+\w+ = \d+( \[.*\])?;|^[A-Z0-9_]+ = \d+;")]
    private static partial Regex Declaration();

    [GeneratedRegex(@"^(repeated |optional )?(uint32|uint64|fixed32|fixed64) ")]
    private static partial Regex Unsigned();

    [GeneratedRegex(@"enum (\w+) \{([^}]*)\}")]
    private static partial Regex EnumBlock();

    [GeneratedRegex(@"^\s*([A-Z0-9_]+) = \d+;", RegexOptions.Multiline)]
    private static partial Regex EnumValue();

    [GeneratedRegex(@"message (\w+) \{([^}]*)\}")]
    private static partial Regex MessageBlock();

    [GeneratedRegex(@"rpc (\w+)\(\s*(?:stream )?(\w+)\)\s*returns \((?:stream )?(\w+)\)")]
    private static partial Regex Rpc();

    [GeneratedRegex("(?<=[a-z0-9])([A-Z])")]
    private static partial Regex Words();
}
