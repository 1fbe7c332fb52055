using System.Diagnostics;
using System.Text.Json;

namespace EasyQuant.EndToEnd.Publishing;

/// <summary>
/// What the AppHost on the official Aspire packages hands to whatever publishes it, read from the manifest, which needs neither a container engine nor
/// further packages: the same values stand in Compose files and Helm charts. <c>./test.sh</c> builds that AppHost first and leaves these tests out,
/// saying so, where the registry lacks its packages.
/// </summary>
[Trait("Suite", "official")]
public sealed class PublishTests : IDisposable
{
    private const string Canary = "canary7Q2fT9wXbN4kLzR8vYdPs3mHcJ6gEaU5";
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(4);
    private static readonly string[] s_services = ["workflow", "backtest", "monitor", "scheduler", "runner", "gateway"];
    private static readonly string[] s_secrets = ["internal-credential", "data-password", "postgres-password", "messaging-password", "redis-password"];

    private readonly string _directory = Directory.CreateTempSubdirectory("eq-publish-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Manifest_OfThePlatform_ServesInContainersAndHoldsNoSecret()
    {
        string text = await PublishAsync(["--redis", .. s_secrets.Select(name => $"--Parameters:{name}={Canary}")]);
        using var manifest = JsonDocument.Parse(text);
        JsonElement resources = manifest.RootElement.GetProperty("resources");

        Assert.DoesNotContain(Canary, text, StringComparison.Ordinal);
        Assert.DoesNotContain(_directory, text, StringComparison.Ordinal);
        Assert.All(s_secrets, name => AssertSecret(resources.GetProperty(name)));
        Assert.All(s_services, name => AssertService(name, resources.GetProperty(name)));
        AssertVolume(resources.GetProperty("postgres"), "easyquant-postgres");
        AssertVolume(resources.GetProperty("messaging"), "easyquant-messaging");
        AssertVolume(resources.GetProperty("redis"), "easyquant-redis");

        // Its data lie under the name of the node, which is the container's unless it is said.
        Assert.Equal("rabbit@localhost", resources.GetProperty("messaging").GetProperty("env").GetProperty("RABBITMQ_NODENAME").GetString());
        Assert.Equal("{redis.connectionString}", resources.GetProperty("runner").GetProperty("env").GetProperty("ConnectionStrings__redis").GetString());
        Assert.False(Directory.Exists(Path.Combine(_directory, "data")), "publishing made a data directory");
    }

    [Fact]
    public async Task Manifest_OnExternalServers_HasTheirConnectionStringsAsSecretParameters()
    {
        string text = await PublishAsync(
            ["--infrastructure", "external", $"--ConnectionStrings:easyquant=Host=db;Password={Canary}", $"--ConnectionStrings:messaging=amqp://guest:{Canary}@broker"]);
        using var manifest = JsonDocument.Parse(text);
        JsonElement resources = manifest.RootElement.GetProperty("resources");

        Assert.DoesNotContain(Canary, text, StringComparison.Ordinal);
        Assert.DoesNotContain("container.v", text, StringComparison.Ordinal);
        AssertSecret(resources.GetProperty("easyquant"));
        AssertSecret(resources.GetProperty("messaging"));
        Assert.All(s_services, name => AssertService(name, resources.GetProperty(name)));
    }

    [Fact]
    public async Task PublishTo_InABuildWithoutPublishing_IsRefused()
    {
        (int exitCode, string output) = await RunAsync(["--data", Path.Combine(_directory, "data"), "--publish-to", "compose"]);

        Assert.Equal(1, exitCode);
        Assert.Contains("--publish-to needs an AppHost that was built with -p:AspirePackages=official -p:AspirePublishing=true", output, StringComparison.Ordinal);
    }

    private static void AssertSecret(JsonElement parameter)
    {
        Assert.Equal("parameter.v0", parameter.GetProperty("type").GetString());
        Assert.True(parameter.GetProperty("inputs").GetProperty("value").GetProperty("secret").GetBoolean());
    }

    private static void AssertService(string name, JsonElement service)
    {
        JsonElement environment = service.GetProperty("env");
        Assert.Equal("project.v0", service.GetProperty("type").GetString());
        foreach ((string variable, string value) in new[]
        {
            ("GRPC_HOST", "0.0.0.0"),
            ("HTTP_HOST", "0.0.0.0"),
            ("GRPC_PORT", $"{{{name}.bindings.grpc.targetPort}}"),
            ("HTTP_PORT", $"{{{name}.bindings.http.targetPort}}"),
            ("EASYQUANT_DATA_ROOT", "/home/app/easyquant/files"),
            ("EASYQUANT_KEYS_DIRECTORY", "/home/app/easyquant/keys"),
            ("EASYQUANT_INTERNAL_CREDENTIAL", "{internal-credential.value}"),
            ("EASYQUANT_DATA_PASSWORD", "{data-password.value}"),
            ("ConnectionStrings__easyquant", "{easyquant.connectionString}"),
            ("ConnectionStrings__messaging", "{messaging.connectionString}"),
        })
        {
            Assert.Equal((name, variable, value), (name, variable, environment.GetProperty(variable).GetString()));
        }

        // Only the Gateway is for the world outside.
        Assert.All(
            service.GetProperty("bindings").EnumerateObject(),
            binding => Assert.Equal(name == "gateway", binding.Value.TryGetProperty("external", out JsonElement external) && external.GetBoolean()));
    }

    private static void AssertVolume(JsonElement server, string name)
    {
        JsonElement volume = Assert.Single(server.GetProperty("volumes").EnumerateArray());
        Assert.Equal(name, volume.GetProperty("name").GetString());
        Assert.False(volume.GetProperty("readOnly").GetBoolean());
    }

    private async Task<string> PublishAsync(string[] arguments)
    {
        string path = Path.Combine(_directory, "manifest.json");
        (int exitCode, string output) = await RunAsync(
            ["--operation", "publish", "--step", "publish-manifest", "--output-path", path, "--data", Path.Combine(_directory, "data"), .. arguments]);
        Assert.True(exitCode == 0, $"exit code {exitCode}:\n{output}");
        return await File.ReadAllTextAsync(path);
    }

    private async Task<(int ExitCode, string Output)> RunAsync(string[] arguments)
    {
        string appHost = Repository.PathOf("artifacts", "official", "bin", "EasyQuant.AppHost", "release", "EasyQuant.AppHost.dll");
        Assert.True(
            File.Exists(appHost),
            $"{appHost} is not there. Build it: dotnet build AppHost -c Release -p:AspirePackages=official -p:BuildProjectReferences=false -p:ArtifactsPath=$PWD/artifacts/official");
        using CancellationTokenSource deadline = new(s_deadline);
        ProcessStartInfo start = new("dotnet", [appHost, .. arguments]) { WorkingDirectory = _directory, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["HOME"] = _directory;
        start.Environment["ASPIRE_ALLOW_UNSECURED_TRANSPORT"] = "true";
        start.Environment.Remove("ConnectionStrings__easyquant");
        start.Environment.Remove("ConnectionStrings__messaging");
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        Task<string> error = process.StandardError.ReadToEndAsync(CancellationToken.None);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"The AppHost did not end in time. Its output:\n{await output}\n{await error}");
        }

        return (process.ExitCode, $"{await output}\n{await error}");
    }
}
