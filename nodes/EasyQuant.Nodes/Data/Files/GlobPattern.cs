using System.IO.Enumeration;

namespace EasyQuant.Nodes.Data.Files;

/// <summary>A path pattern: <c>*</c> and <c>?</c> within a name, <c>**</c> for any number of folders. Case-sensitive.</summary>
internal sealed class GlobPattern(string[] parts)
{
    public static bool IsPattern(string part) => part.AsSpan().IndexOfAny('*', '?') >= 0;

    public bool IsMatch(string path) => IsMatch(parts, path.Split('/'));

    private static bool IsMatch(ReadOnlySpan<string> pattern, ReadOnlySpan<string> names)
    {
        while (!pattern.IsEmpty)
        {
            if (pattern[0] == "**")
            {
                for (int skip = 0; skip <= names.Length; skip++)
                {
                    if (IsMatch(pattern[1..], names[skip..]))
                    {
                        return true;
                    }
                }

                return pattern.Length == 1;
            }

            if (names.IsEmpty || !FileSystemName.MatchesSimpleExpression(pattern[0].Replace("\\", "\\\\", StringComparison.Ordinal), names[0], ignoreCase: false))
            {
                return false;
            }

            pattern = pattern[1..];
            names = names[1..];
        }

        return names.IsEmpty;
    }
}
