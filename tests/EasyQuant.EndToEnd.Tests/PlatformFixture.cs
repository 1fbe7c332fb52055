using System.Net.Http.Headers;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using EasyQuant.Samples.Demo;

namespace EasyQuant.EndToEnd.Tests;

/// <summary>The whole platform, started once for the suite through its own AppHost, with the synthetic market uploaded.</summary>
public sealed class PlatformFixture : IAsyncLifetime
{
    private static readonly TimeSpan s_startDeadline = TimeSpan.FromMinutes(5);
    private readonly string _directory = Directory.CreateTempSubdirectory("eq-e2e-").FullName;
    private DistributedApplication? _app;

    /// <summary>REST address of the Gateway.</summary>
    public Uri Http { get; private set; } = null!;

    /// <summary>gRPC address of the Gateway.</summary>
    public Uri Grpc { get; private set; } = null!;

    /// <summary>Development key of the project `default`, all scopes.</summary>
    public string Key { get; private set; } = string.Empty;

    /// <summary>A directory of the suite, removed at its end.</summary>
    public string WorkDirectory => _directory;

    public DistributedApplication App => _app ?? throw new InvalidOperationException("The platform has not started.");

    public async Task InitializeAsync()
    {
        using CancellationTokenSource deadline = new(s_startDeadline);
        File.SetUnixFileMode(_directory, (UnixFileMode)0b111_101_101);
        string data = Path.Combine(_directory, "data");
        IDistributedApplicationTestingBuilder builder = await DistributedApplicationTestingBuilder
            .CreateAsync<Projects.EasyQuant_AppHost>(["--data", data], deadline.Token);
        _app = await builder.BuildAsync(deadline.Token);
        await _app.StartAsync(deadline.Token);
        await _app.ResourceNotifications.WaitForResourceHealthyAsync("gateway", deadline.Token);
        Http = _app.GetEndpoint("gateway", "http");
        Grpc = _app.GetEndpoint("gateway", "grpc");
        Key = (await File.ReadAllTextAsync(Path.Combine(data, "keys", "development.key"), deadline.Token)).Trim();
        using PlatformClient client = Client();
        await SampleData.PrepareAsync(client, deadline.Token);
    }

    /// <summary>A gRPC client with the development key.</summary>
    public PlatformClient Client() => new(Grpc, Key);

    /// <summary>A REST client with the development key.</summary>
    public HttpClient Rest() => Rest(Key);

    /// <summary>A REST client with a key; none when null.</summary>
    public HttpClient Rest(string? key)
    {
        HttpClient client = new() { BaseAddress = Http, Timeout = TimeSpan.FromSeconds(60) };
        if (key is not null)
        {
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }

        return client;
    }

    public async Task DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.StopAsync();
            await _app.DisposeAsync();
        }

        Directory.Delete(_directory, recursive: true);
    }
}

[CollectionDefinition(Name)]
public sealed class PlatformCollection : ICollectionFixture<PlatformFixture>
{
    public const string Name = "platform";
}
