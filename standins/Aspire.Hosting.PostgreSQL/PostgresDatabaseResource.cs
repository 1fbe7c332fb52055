using Aspire.Hosting.Local;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A database of a PostgreSQL server.</summary>
/// <param name="name">Name of the resource.</param>
/// <param name="databaseName">Name of the database.</param>
/// <param name="postgresParentResource">The server.</param>
public sealed class PostgresDatabaseResource(string name, string databaseName, PostgresServerResource postgresParentResource)
    : Resource(name), IResourceWithParent<PostgresServerResource>, IResourceWithConnectionString, IConnectionProperties
{
    /// <summary>The server.</summary>
    public PostgresServerResource Parent => postgresParentResource;

    /// <summary>Name of the database.</summary>
    public string DatabaseName => databaseName;

    IEnumerable<(string Part, string Value)> IConnectionProperties.ConnectionProperties => postgresParentResource.PropertiesOf(databaseName);

    /// <inheritdoc/>
    public async ValueTask<string?> GetConnectionStringAsync(CancellationToken cancellationToken = default) =>
        $"{await postgresParentResource.GetConnectionStringAsync(cancellationToken)};Database={databaseName}";
}
