using Microsoft.Extensions.Logging;

namespace EasyQuant.Aspire.FakeAppHost;

/// <summary>Two services on a database and a broker, as the real platform is made.</summary>
internal static class Platform
{
    public static void Describe(IDistributedApplicationBuilder builder)
    {
        var database = builder.AddPostgres("postgres").AddDatabase("database");
        var messaging = builder.AddRabbitMQ("messaging");
        var secret = builder.AddParameter("secret", new GenerateParameterDefault { MinLength = 43, Special = false }, secret: true, persist: true);
        var echo = builder.AddProject<Projects.EasyQuant_Aspire_FakeService>("echo")
            .WithHttpEndpoint(name: "grpc", env: "GRPC_PORT")
            .WithHttpEndpoint(name: "http", env: "HTTP_PORT")
            .WithHttpHealthCheck("/health", endpointName: "http")
            .WithReplicas(2)
            .WithReference(database).WithReference(messaging)
            .WaitFor(database).WaitFor(messaging)
            .WithEnvironment("SECRET", secret)
            .WithExternalHttpEndpoints()
            .WithUrl("https://example.org/handbook", "Handbook")
            .WithCommand("greet", "Greet", context =>
            {
                context.Logger.Log(LogLevel.Information, "Hello from {Resource}.", context.ResourceName);
                return Task.FromResult(CommandResults.Success());
            });
        builder.AddProject<Projects.EasyQuant_Aspire_FakeService>("caller")
            .WithHttpEndpoint(name: "grpc", env: "GRPC_PORT")
            .WithHttpEndpoint(name: "http", env: "HTTP_PORT")
            .WithHttpHealthCheck("/health", endpointName: "http")
            .WithReference(database).WithReference(messaging).WithReference(echo)
            .WaitFor(echo);
    }

    /// <summary>Servers only, and a program that waits for a database.</summary>
    public static void DescribeServers(IDistributedApplicationBuilder builder)
    {
        var database = builder.AddPostgres("postgres").AddDatabase("database");
        builder.AddRabbitMQ("messaging");
        builder.AddRedis("redis");
        builder.AddExecutable("waiter", "sleep", ".", "600").WaitFor(database);
    }

    /// <summary>A service that never starts, and one that waits for it.</summary>
    public static void DescribeBroken(IDistributedApplicationBuilder builder)
    {
        var broken = builder.AddProject<Projects.EasyQuant_Aspire_FakeService>("broken")
            .WithHttpEndpoint(name: "http", env: "HTTP_PORT")
            .WithHttpHealthCheck("/health", endpointName: "http")
            .WithEnvironment("BROKEN", "the settings are missing");
        builder.AddExecutable("waiter", "sleep", ".", "600").WaitFor(broken);
    }
}
