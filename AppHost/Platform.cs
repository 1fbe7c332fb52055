using Microsoft.Extensions.Configuration;

namespace EasyQuant.AppHost;

/// <summary>What every service of the platform has in common.</summary>
internal sealed class Platform
{
    private readonly IDistributedApplicationBuilder _builder;
    private readonly DataDirectories _directories;
    private readonly bool _hasDashboard;
    private readonly bool _usesRedis;
    private readonly IResourceBuilder<IResourceWithConnectionString> _database;
    private readonly IResourceBuilder<IResourceWithConnectionString> _messaging;
    private readonly IResourceBuilder<ParameterResource> _credential;
    private readonly IResourceBuilder<ParameterResource> _dataPassword;

    public Platform(IDistributedApplicationBuilder builder, DataDirectories directories, AppHostArguments arguments)
    {
        _hasDashboard = !arguments.NoDashboard;
        _usesRedis = arguments.UsesRedis;
        _builder = builder;
        _directories = directories;
        if (arguments.UsesExternalServers)
        {
            RequireConnectionStrings(builder.Configuration);
        }

        _database = arguments.UsesExternalServers
            ? builder.AddConnectionString(ResourceNames.Database)
            : builder.AddPostgres(ResourceNames.Postgres).AddDatabase(ResourceNames.Database);
        _messaging = arguments.UsesExternalServers
            ? builder.AddConnectionString(ResourceNames.Messaging)
            : builder.AddRabbitMQ(ResourceNames.Messaging);
        _credential = AddSecret(ResourceNames.InternalCredential);
        _dataPassword = AddSecret(ResourceNames.DataPassword);
    }

    /// <summary>
    /// Adds a service with its two endpoints (<c>grpc</c>, <c>http</c>), its health check, the database, the broker, the internal credential and the
    /// data root; it starts when database and broker are ready.
    /// </summary>
    public IResourceBuilder<ProjectResource> AddService<TProject>(string name, int replicas = 1)
        where TProject : IProjectMetadata, new() =>
        _builder.AddProject<TProject>(name)
            .WithHttpEndpoint(name: "grpc", env: "GRPC_PORT")
            .WithHttpEndpoint(name: "http", env: "HTTP_PORT")
            .WithHttpHealthCheck("/health", endpointName: "http")
            .WithReplicas(replicas)
            .WithReference(_database)
            .WithReference(_messaging)
            .WaitFor(_database)
            .WaitFor(_messaging)
            .WithEnvironment("EASYQUANT_INTERNAL_CREDENTIAL", _credential)
            .WithEnvironment("EASYQUANT_DATA_PASSWORD", _dataPassword)
            .WithEnvironment("EASYQUANT_DATA_ROOT", _directories.Files)
            .WithEnvironment("EASYQUANT_KEYS_DIRECTORY", _directories.Keys)
            .WithEnvironment(AddDashboardAddress);

    /// <summary>
    /// Hands a service the Redis named by ConnectionStrings:redis, or with <c>--redis</c> one of the platform's own; does nothing when there is none.
    /// </summary>
    public void AddRedis(IResourceBuilder<ProjectResource> service)
    {
        if (_builder.Configuration.GetConnectionString(ResourceNames.Redis) is { Length: > 0 })
        {
            service.WithReference(_builder.AddConnectionString(ResourceNames.Redis));
        }
        else if (_usesRedis)
        {
            IResourceBuilder<RedisResource> redis = _builder.AddRedis(ResourceNames.Redis);
            service.WithReference(redis).WaitFor(redis);
        }
    }

    // Services would wait for a value that nobody gives.
    private static void RequireConnectionStrings(IConfiguration configuration)
    {
        string[] missing = [.. new[] { ResourceNames.Database, ResourceNames.Messaging }.Where(name => string.IsNullOrWhiteSpace(configuration.GetConnectionString(name)))];
        if (missing.Length > 0)
        {
            throw new DistributedApplicationException(
                $"--infrastructure external needs {string.Join(" and ", missing.Select(name => $"ConnectionStrings:{name}"))}: name servers that run already, as argument "
                + "(--ConnectionStrings:easyquant='Host=...;Database=...' --ConnectionStrings:messaging=amqp://...) or environment variable (ConnectionStrings__easyquant).");
        }
    }

    // Runs and pages link to their traces there.
    private void AddDashboardAddress(EnvironmentCallbackContext context)
    {
        if (_hasDashboard && _builder.Configuration["ASPNETCORE_URLS"]?.Split(';')[0] is { Length: > 0 } address)
        {
            context.EnvironmentVariables["EASYQUANT_DASHBOARD_URL"] = address;
        }
    }

    private IResourceBuilder<ParameterResource> AddSecret(string name) =>
        _builder.AddParameter(name, new GenerateParameterDefault { MinLength = 43, Special = false }, secret: true, persist: true);
}
