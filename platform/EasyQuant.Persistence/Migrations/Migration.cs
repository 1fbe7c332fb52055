using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace EasyQuant.Persistence.Migrations;

/// <summary>One embedded step of a schema.</summary>
internal sealed partial record Migration(int Version, string Name, string Sql, string Checksum)
{
    /// <summary>Reads the embedded files <c>Migrations/NNN_name.sql</c> of an assembly, ascending, numbered from 1 without gaps.</summary>
    public static IReadOnlyList<Migration> ReadAll(Assembly assembly)
    {
        var migrations = new List<Migration>();
        foreach (string resource in assembly.GetManifestResourceNames())
        {
            Match match = ResourceName().Match(resource);
            if (match.Success)
            {
                int version = int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
                string sql = ReadText(assembly, resource);
                migrations.Add(new Migration(version, match.Groups[2].Value, sql, Hash(sql)));
            }
        }

        migrations.Sort((a, b) => a.Version.CompareTo(b.Version));
        for (int i = 0; i < migrations.Count; i++)
        {
            if (migrations[i].Version != i + 1)
            {
                throw new MigrationException(
                    $"Migrations of {assembly.GetName().Name} must be numbered from 001 without gaps: expected {i + 1:D3}, found {migrations[i].Version:D3}.");
            }
        }

        return migrations.Count > 0
            ? migrations
            : throw new MigrationException($"{assembly.GetName().Name} embeds no file Migrations/NNN_name.sql.");
    }

    private static string ReadText(Assembly assembly, string resource)
    {
        using Stream stream = assembly.GetManifestResourceStream(resource)!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }

    private static string Hash(string sql) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sql)));

    [GeneratedRegex(@"(?:\A|[./\\])Migrations[./\\](\d{3})_([a-z0-9_]+)\.sql\z", RegexOptions.CultureInvariant)]
    private static partial Regex ResourceName();
}
