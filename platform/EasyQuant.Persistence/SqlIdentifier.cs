using System.Text.RegularExpressions;

namespace EasyQuant.Persistence;

/// <summary>Names that become part of SQL text: checked against an allow-list and quoted, never concatenated raw.</summary>
public static partial class SqlIdentifier
{
    /// <summary>Returns the name when it is <c>[A-Za-z_][A-Za-z0-9_]{0,62}</c>.</summary>
    /// <param name="name">Name of a schema, table or column.</param>
    /// <returns>The same name.</returns>
    /// <exception cref="ArgumentException">It is anything else.</exception>
    public static string Validate(string name) =>
        name is not null && Allowed().IsMatch(name)
            ? name
            : throw new ArgumentException($"An SQL name must match [A-Za-z_][A-Za-z0-9_]{{0,62}}, was '{name}'.", nameof(name));

    /// <summary>Returns the checked name in double quotes.</summary>
    /// <param name="name">Name of a schema, table or column.</param>
    /// <returns>The quoted name.</returns>
    /// <exception cref="ArgumentException">The name is not allowed, see <see cref="Validate"/>.</exception>
    public static string Quote(string name) => $"\"{Validate(name)}\"";

    // \z, not $: the latter would also accept a trailing line feed.
    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_]{0,62}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Allowed();
}
