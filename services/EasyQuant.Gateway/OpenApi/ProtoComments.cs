using System.Text.RegularExpressions;

namespace EasyQuant.Gateway.OpenApi;

/// <summary>
/// The comments of .proto files, which generated code does not keep. Understands what our style allows: one declaration a line,
/// its comment in <c>//</c> lines directly above it. Immutable and thread-safe.
/// </summary>
internal sealed partial class ProtoComments
{
    private readonly Dictionary<string, string> _comments = new(StringComparer.Ordinal);

    /// <summary>Reads the comments of files.</summary>
    /// <param name="texts">Texts of .proto files.</param>
    public ProtoComments(IEnumerable<string> texts)
    {
        foreach (string text in texts)
        {
            Read(text);
        }
    }

    /// <summary>Returns the comment of a declaration.</summary>
    /// <param name="fullName">For example <c>easyquant.run.v1.RunSpec.seed</c>; an enum value is named under its enum.</param>
    /// <returns>One paragraph; empty when there is none.</returns>
    public string Of(string fullName) => _comments.GetValueOrDefault(fullName, "");

    private void Read(string text)
    {
        var scopes = new Stack<string>();
        scopes.Push("");
        var comment = new List<string>();
        foreach (string raw in text.Split('\n'))
        {
            string line = raw.Trim();
            if (line.StartsWith("//", StringComparison.Ordinal))
            {
                comment.Add(line[2..].Trim());
                continue;
            }

            if (Package().Match(line) is { Success: true } package)
            {
                scopes.Pop();
                scopes.Push(package.Groups[1].Value);
            }

            string scope = scopes.Peek();
            Match block = Block().Match(line);
            string name = block.Success ? block.Groups[2].Value : Member(line);
            if (name.Length > 0 && comment.Count > 0)
            {
                _comments.TryAdd($"{scope}.{name}", string.Join(' ', comment));
            }

            comment.Clear();
            // A oneof is no scope of its own; what follows an rpc or an option holds no declarations.
            string inner = !block.Success || block.Groups[1].Value == "oneof" ? scope : $"{scope}.{block.Groups[2].Value}";
            foreach (char c in line.Where(c => c is '{' or '}'))
            {
                if (c == '{')
                {
                    scopes.Push(inner);
                }
                else if (scopes.Count > 1)
                {
                    scopes.Pop();
                }
            }
        }
    }

    private static string Member(string line)
    {
        Match rpc = Rpc().Match(line);
        return rpc.Success ? rpc.Groups[1].Value : Field().Match(line).Groups[1].Value;
    }

    [GeneratedRegex(@"^package\s+([\w.]+);")]
    private static partial Regex Package();

    [GeneratedRegex(@"^(message|enum|service|oneof)\s+(\w+)\s*\{")]
    private static partial Regex Block();

    [GeneratedRegex(@"^rpc\s+(\w+)\s*\(")]
    private static partial Regex Rpc();

    [GeneratedRegex(@"^(?:(?:repeated\s+|optional\s+)?(?:map<[^>]+>|[\w.]+)\s+)?(\w+)\s*=\s*\d+\s*[;\[]")]
    private static partial Regex Field();
}
