using Microsoft.Extensions.Configuration;

namespace EasyQuant.AppHost;

/// <summary>What every service of the platform has in common.</summary>
internal sealed class Platform
{
    private readonly IDistributedApplicationBuilder _builder;
    private readonly DataDirectories _directories;
    private readonly List<IResourceBuilder<ProjectResource>> _services = [];
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
        // Whoever deploys what is published gives them then.
        if (arguments.UsesExternalServers && builder.ExecutionContext.IsRunMode)
        {
            RequireConnectionStrings(builder.Configuration);
        }

        if (arguments.UsesExternalServers)
        {
            _database = builder.AddConnectionString(ResourceNames.Database);
            _messaging = builder.AddConnectionString(ResourceNames.Messaging);
        }
        else
        {
            OwnPostgres = builder.AddPostgres(ResourceNames.Postgres).WithDataVolume(Publishing.PostgresVolume);
            OwnMessaging = builder.AddRabbitMQ(ResourceNames.Messaging).WithDataVolume(Publishing.MessagingVolume);
            Publishing.Configure(OwnMessaging);
            _database = OwnPostgres.AddDatabase(ResourceNames.Database);
            _messaging = OwnMessaging;
        }

        _credential = AddSecret(ResourceNames.InternalCredential);
        _dataPassword = AddSecret(ResourceNames.DataPassword);
    }

    /// <summary>The services added so far.</summary>
    public IReadOnlyList<IResourceBuilder<ProjectResource>> Services => _services;

    /// <summary>The platform's own PostgreSQL; null when somebody else runs one.</summary>
    public IResourceBuilder<PostgresServerResource>? OwnPostgres { get; }

    /// <summary>The platform's own RabbitMQ; null when somebody else runs one.</summary>
    public IResourceBuilder<RabbitMQServerResource>? OwnMessaging { get; }

    /// <summary>The platform's own Redis; null when there is none or somebody else runs it.</summary>
    public IResourceBuilder<RedisResource>? OwnRedis { get; private set; }

    /// <summary>
    /// Adds a service with its two endpoints (<c>grpc</c>, <c>http</c>), its health check, the database, the broker, the internal credential and the
    /// data root; it starts when database and broker are ready.
    /// </summary>
    public IResourceBuilder<ProjectResource> AddService<TProject>(string name, int replicas = 1)
        where TProject : IProjectMetadata, new()
    {
        IResourceBuilder<ProjectResource> service = _builder.AddProject<TProject>(name)
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
        Publishing.Configure(service);
        _services.Add(service);
        return service;
    }

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
            OwnRedis = _builder.AddRedis(ResourceNames.Redis).WithDataVolume(Publishing.RedisVolume);
            service.WithReference(OwnRedis).WaitFor(OwnRedis);
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
