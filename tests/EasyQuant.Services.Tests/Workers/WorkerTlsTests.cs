using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EasyQuant.Contracts.Worker.V1;
using EasyQuant.RunnerService;
using EasyQuant.Services.Tests.Scheduler;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace EasyQuant.Services.Tests.Workers;

/// <summary>A worker that dials a server over TLS, with an authority of one's own.</summary>
public sealed class WorkerTlsTests : IDisposable
{
    private const string Key = "eq_test_key";

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    private readonly string _folder = Directory.CreateTempSubdirectory("eq-tls-").FullName;
    private readonly CancellationToken _deadline = new CancellationTokenSource(TimeSpan.FromMinutes(4)).Token;

    [Fact]
    public async Task Worker_ServerSignedByItsAuthority_ConnectsWithItsKey()
    {
        (string authority, string server) = Certificates("ours");
        await using TestService platform = await PlatformAsync(server);
        await using TestService worker = await WorkerAsync(platform, authority, new LogLines());

        Assert.Equal($"Bearer {Key}", await Calls(platform).First.Task.WaitAsync(s_patience, _deadline));
    }

    [Fact]
    public async Task Worker_ServerSignedByAnother_SaysSoAndSendsNothing()
    {
        (string authority, _) = Certificates("ours");
        (_, string server) = Certificates("theirs");
        var log = new LogLines();
        await using TestService platform = await PlatformAsync(server);
        await using TestService worker = await WorkerAsync(platform, authority, log);

        string refusal = (await Eventually.BecomesAsync(
            "the refusal", () => Task.FromResult(log.Texts.FirstOrDefault(text => text.Contains("is refused", StringComparison.Ordinal))), text => text is not null, s_patience))!;
        Assert.StartsWith($"The certificate of {platform.GrpcAddress}", refusal, StringComparison.Ordinal);
        Assert.Contains("--ca", refusal, StringComparison.Ordinal);
        Assert.False(Calls(platform).First.Task.IsCompleted);
    }

    [Fact]
    public async Task Worker_AuthorityThatIsNoPemFile_DoesNotStart()
    {
        string file = Path.Combine(_folder, "no.pem");
        await File.WriteAllTextAsync(file, "nothing", _deadline);
        (_, string server) = Certificates("ours");
        await using TestService platform = await PlatformAsync(server);

        OptionsValidationException refused = await Assert.ThrowsAsync<OptionsValidationException>(() => WorkerAsync(platform, file, new LogLines()));
        Assert.Contains("Runner:ServerCa (--ca) must be a PEM file", refused.Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static Connects Calls(TestService platform) => platform.Services.GetRequiredService<Connects>();

    private Task<TestService> PlatformAsync(string certificate) => TestService.StartAsync(
        new Dictionary<string, string?> { ["GRPC_CERTIFICATE"] = certificate },
        builder =>
        {
            builder.Services.AddGrpc();
            builder.Services.AddSingleton(new Connects());
        },
        app => app.MapGrpcService<Platform>(),
        _deadline);

    private Task<TestService> WorkerAsync(TestService platform, string authority, LogLines log) => TestService.StartAsync(
        new Dictionary<string, string?>
        {
            ["EASYQUANT_DATA_ROOT"] = _folder,
            ["Runner:Server"] = platform.GrpcAddress.ToString(),
            ["Runner:ServerCa"] = authority,
            ["Runner:ApiKey"] = Key,
            ["Runner:DrainTimeout"] = "00:00:00.200",
        },
        builder =>
        {
            builder.Logging.AddProvider(log);
            builder.AddRunner();
        },
        app => app.MapRunner(),
        _deadline);

    // Two PEM files: an authority, and a server's certificate with its key that the authority signed.
    private (string Authority, string Server) Certificates(string name)
    {
        DateTimeOffset from = DateTimeOffset.UtcNow.AddDays(-1);
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var rootRequest = new CertificateRequest($"CN={name} authority", rootKey, HashAlgorithmName.SHA256);
        rootRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        rootRequest.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        using X509Certificate2 root = rootRequest.CreateSelfSigned(from, from.AddDays(10));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name} server", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 server = request.Create(root, from, from.AddDays(9), [1, 2, 3, 4]);
        string rootFile = Path.Combine(_folder, $"{name}-ca.pem");
        string serverFile = Path.Combine(_folder, $"{name}.pem");
        File.WriteAllText(rootFile, root.ExportCertificatePem());
        File.WriteAllText(serverFile, $"{server.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}");
        return (rootFile, serverFile);
    }

    private sealed class Connects
    {
        public TaskCompletionSource<string?> First { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class Platform(Connects connects) : WorkerService.WorkerServiceBase
    {
        public override Task Connect(IAsyncStreamReader<ConnectRequest> requestStream, IServerStreamWriter<ConnectResponse> responseStream, ServerCallContext context)
        {
            connects.First.TrySetResult(context.RequestHeaders.GetValue("authorization"));
            return Task.CompletedTask;
        }
    }
}
