using EasyQuant.Nodes.Data.Sql;
using EasyQuant.Persistence;
using Npgsql;

namespace EasyQuant.RunnerService.Storage;

/// <summary>The project's database as a child process uses it: a few connections, opened as they are needed: one item at a time needs one or two, the lanes of a replica up to eight.</summary>
internal static class ItemDatabase
{
    private const int PoolSizeMax = 8;

    /// <summary>Opens the pool; the tables of effects exist already.</summary>
    public static ProjectDatabase Open(string connectionString, string schema, bool isPooled)
    {
        var builder = new NpgsqlDataSourceBuilder(connectionString);
        builder.ConnectionStringBuilder.MaxPoolSize = PoolSizeMax;
        if (isPooled)
        {
            DataSourceDefaults.ApplyPooled(builder, "easyquant-items");
        }
        else
        {
            DataSourceDefaults.Apply(builder, "easyquant-items", schema);
        }

        return new ProjectDatabase(builder.Build(), schema);
    }
}
