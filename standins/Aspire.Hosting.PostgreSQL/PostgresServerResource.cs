using System.Globalization;
using Aspire.Hosting.Local;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A PostgreSQL server.</summary>
/// <param name="name">Name of the resource.</param>
/// <param name="userName">The superuser; null means postgres.</param>
/// <param name="password">The superuser's password.</param>
public sealed class PostgresServerResource(string name, ParameterResource? userName, ParameterResource password)
    : Resource(name), IResourceWithConnectionString, IResourceWithEndpoints, IConnectionProperties
{
    private readonly Dictionary<string, string> _databases = [];

    /// <summary>The endpoint <c>tcp</c>.</summary>
    public EndpointReference PrimaryEndpoint => new(this, "tcp");

    /// <summary>The superuser; null means postgres.</summary>
    public ParameterResource? UserNameParameter => userName;

    /// <summary>The superuser's password.</summary>
    public ParameterResource PasswordParameter => password;

    /// <summary>Databases: name of the resource, name of the database.</summary>
    public IReadOnlyDictionary<string, string> Databases => _databases;

    internal string UserName => userName?.Value ?? "postgres";

    /// <inheritdoc/>
    public ValueTask<string?> GetConnectionStringAsync(CancellationToken cancellationToken = default) =>
        ValueTask.FromResult<string?>(string.Create(
            CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={PrimaryEndpoint.Port};Username={UserName};Password={password.Value}"));

    IEnumerable<(string Part, string Value)> IConnectionProperties.ConnectionProperties => PropertiesOf(null);

    internal IEnumerable<(string Part, string Value)> PropertiesOf(string? database)
    {
        string port = PrimaryEndpoint.Port.ToString(CultureInfo.InvariantCulture);
        yield return ("HOST", "127.0.0.1");
        yield return ("PORT", port);
        yield return ("USERNAME", UserName);
        yield return ("PASSWORD", password.Value);
        string path = database is null ? "" : "/" + Uri.EscapeDataString(database);
        yield return ("URI", $"postgresql://{Uri.EscapeDataString(UserName)}:{Uri.EscapeDataString(password.Value)}@127.0.0.1:{port}{path}");
        yield return ("JDBCCONNECTIONSTRING", $"jdbc:postgresql://127.0.0.1:{port}{path}");
        if (database is not null)
        {
            yield return ("DATABASENAME", database);
        }
    }

    internal void AddDatabase(string resourceName, string databaseName) => _databases.Add(resourceName, databaseName);
}
