using System.Text;
using Npgsql;

namespace EasyQuant.Services.Tests.Secrets;

/// <summary>Looks for a value where it must not be.</summary>
internal static class Plaintext
{
    /// <summary>Fails when a row of any table holds the value, as text or in bytes.</summary>
    public static async Task IsInNoTableAsync(NpgsqlDataSource database, string value)
    {
        var tables = new List<string>();
        await using (NpgsqlCommand list = database.CreateCommand(
            "select quote_ident(schemaname) || '.' || quote_ident(tablename) from pg_tables where schemaname not in ('pg_catalog', 'information_schema')"))
        await using (NpgsqlDataReader reader = await list.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
            {
                tables.Add(reader.GetString(0));
            }
        }

        Assert.Contains("workflow.secrets", tables);
        Assert.Contains("workflow.run_events", tables);
        string hex = Convert.ToHexStringLower(Encoding.UTF8.GetBytes(value));
        foreach (string table in tables)
        {
            await using NpgsqlCommand count = database.CreateCommand($"select count(*) from {table} t where position($1 in t::text) > 0 or position($2 in t::text) > 0");
            count.Parameters.Add(new NpgsqlParameter<string> { TypedValue = value });
            count.Parameters.Add(new NpgsqlParameter<string> { TypedValue = hex });
            Assert.True((long)(await count.ExecuteScalarAsync())! == 0, table);
        }
    }

    /// <summary>Fails when a file below a folder holds the value.</summary>
    public static async Task IsInNoFileAsync(string folder, string value)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(value);
        // An empty file holds nothing; those of living Runners are locked besides.
        foreach (string file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(file => new FileInfo(file) is not { Exists: true, Length: 0 }))
        {
            byte[] content;
            try
            {
                content = await File.ReadAllBytesAsync(file);
            }
            catch (FileNotFoundException)
            {
                // A file that a service has taken away meanwhile holds nothing.
                continue;
            }

            Assert.True(content.AsSpan().IndexOf(bytes) < 0, file);
        }
    }
}
