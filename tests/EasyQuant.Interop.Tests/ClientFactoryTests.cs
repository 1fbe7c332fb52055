using EasyQuant.Interop.Tests.Fixtures;
using EasyQuant.Interop.V1;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.ClientFactory;
using Microsoft.Extensions.DependencyInjection;

namespace EasyQuant.Interop.Tests;

/// <summary>Clients from the service collection.</summary>
public sealed class ClientFactoryTests(EchoServerFixture fixture) : IClassFixture<EchoServerFixture>
{
    private readonly EchoServer _server = fixture.Server;

    [Fact]
    public async Task AddGrpcClient_TypeAndName_BothResolve()
    {
        await using ServiceProvider services = Build(s =>
        {
            s.AddGrpcClient<Echo.EchoClient>(options => options.Address = _server.Address);
            s.AddGrpcClient<Echo.EchoClient>("other", options => options.Address = _server.Address);
        });

        EchoReply typed = await services.GetRequiredService<Echo.EchoClient>().UnaryAsync(new EchoRequest { Text = "a" });
        EchoReply named = await services.GetRequiredService<GrpcClientFactory>().CreateClient<Echo.EchoClient>("other")
            .UnaryAsync(new EchoRequest { Text = "b" });

        Assert.Equal("ok:a", typed.Text);
        Assert.Equal("ok:b", named.Text);
    }

    [Fact]
    public void CreateClient_NoAddress_SaysSo()
    {
        using ServiceProvider services = Build(s => s.AddGrpcClient<Echo.EchoClient>());

        var error = Assert.Throws<InvalidOperationException>(() => services.GetRequiredService<Echo.EchoClient>());

        Assert.Contains("Could not resolve the address for gRPC client 'EchoClient'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void CreateClient_UnknownName_SaysSo()
    {
        using ServiceProvider services = Build(s => s.AddGrpcClient<Echo.EchoClient>());

        var error = Assert.Throws<InvalidOperationException>(
            () => services.GetRequiredService<GrpcClientFactory>().CreateClient<Echo.EchoClient>("none"));

        Assert.Contains("'none'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AddGrpcClient_NameTakenByAnotherType_Refused()
    {
        var services = new ServiceCollection();
        services.AddGrpcClient<Echo.EchoClient>("same");

        Assert.Throws<InvalidOperationException>(
            () => services.AddGrpcClient<global::Grpc.Health.V1.Health.HealthClient>("same"));
    }

    [Fact]
    public void AddInterceptor_PlainHttpClient_Refused()
    {
        IHttpClientBuilder builder = new ServiceCollection().AddHttpClient("plain");

        Assert.Throws<InvalidOperationException>(() => builder.AddInterceptor(() => new RecordingInterceptor([], "x")));
    }

    [Fact]
    public async Task AddInterceptor_ChannelAndClient_OrderAndLifetime()
    {
        var log = new List<string>();
        int channelMade = 0;
        int clientMade = 0;
        await using ServiceProvider services = Build(s => s
            .AddGrpcClient<Echo.EchoClient>(options => options.Address = _server.Address)
            .AddInterceptor(() => new RecordingInterceptor(log, $"channel{++channelMade}"))
            .AddInterceptor(InterceptorScope.Client, () => new RecordingInterceptor(log, $"client{++clientMade}")));

        await services.GetRequiredService<Echo.EchoClient>().UnaryAsync(new EchoRequest { Text = "a" });
        await services.GetRequiredService<Echo.EchoClient>().UnaryAsync(new EchoRequest { Text = "a" });

        Assert.Equal(["client1", "channel1", "client2", "channel1"], log);
    }

    [Fact]
    public async Task ConfigureChannel_Limit_Applies()
    {
        await using ServiceProvider services = Build(s => s
            .AddGrpcClient<Echo.EchoClient>(options => options.Address = _server.Address)
            .ConfigureChannel((_, channel) => channel.MaxReceiveMessageSize = 10));

        RpcException error = await Assert.ThrowsAsync<RpcException>(async () =>
            await services.GetRequiredService<Echo.EchoClient>().UnaryAsync(new EchoRequest { Text = "big" }));

        Assert.Equal(StatusCode.ResourceExhausted, error.StatusCode);
    }

    [Fact]
    public async Task AddCallCredentials_AllowedWithoutTls_HeaderArrives()
    {
        await using ServiceProvider services = Build(s => s
            .AddGrpcClient<Echo.EchoClient>(options => options.Address = _server.Address)
            .AddCallCredentials((_, metadata) =>
            {
                metadata.Add("x-up", "token");
                return Task.CompletedTask;
            })
            .ConfigureChannel(channel => channel.UnsafeUseInsecureChannelCallCredentials = true));

        EchoReply reply = await services.GetRequiredService<Echo.EchoClient>().UnaryAsync(new EchoRequest { Text = "headers" });

        Assert.StartsWith("x-up=token ", reply.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void AddCallCredentials_NoTls_Refused()
    {
        using ServiceProvider services = Build(s => s
            .AddGrpcClient<Echo.EchoClient>(options => options.Address = _server.Address)
            .AddCallCredentials((_, _) => Task.CompletedTask));

        Assert.Throws<InvalidOperationException>(() => services.GetRequiredService<Echo.EchoClient>());
    }

    [Fact]
    public async Task ConfigureGrpcClientCreator_OwnCode_Used()
    {
        await using ServiceProvider services = Build(s => s
            .AddGrpcClient<Echo.EchoClient>(options => options.Address = _server.Address)
            .ConfigureGrpcClientCreator(invoker => new Echo.EchoClient(
                invoker.Intercept(metadata => new Metadata { { "x-up", "made" } }))));

        EchoReply reply = await services.GetRequiredService<Echo.EchoClient>().UnaryAsync(new EchoRequest { Text = "headers" });

        Assert.StartsWith("x-up=made ", reply.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ContextPropagation_OutsideOfACall_RefusedUnlessSuppressed()
    {
        await using ServiceProvider strict = Build(s => s
            .AddGrpcClient<Echo.EchoClient>(options => options.Address = _server.Address).EnableCallContextPropagation());
        await using ServiceProvider lenient = Build(s => s
            .AddGrpcClient<Echo.EchoClient>(options => options.Address = _server.Address)
            .EnableCallContextPropagation(options => options.SuppressContextNotFoundErrors = true));

        await Assert.ThrowsAsync<InvalidOperationException>(async () =>
            await strict.GetRequiredService<Echo.EchoClient>().UnaryAsync(new EchoRequest { Text = "a" }));
        EchoReply reply = await lenient.GetRequiredService<Echo.EchoClient>().UnaryAsync(new EchoRequest { Text = "a" });

        Assert.Equal("ok:a", reply.Text);
    }

    [Fact]
    public async Task ContextPropagation_InsideACall_DeadlineAndCancellationReachTheSecondServer()
    {
        string key = Guid.NewGuid().ToString();
        await using EchoServer front = await EchoServer.StartAsync(builder =>
        {
            builder.Services.AddScoped<RelayClient>();
            builder.Services.AddGrpcClient<Echo.EchoClient>(options => options.Address = _server.Address)
                .EnableCallContextPropagation();
        });
        using var cancel = new CancellationTokenSource();
        DateTime deadline = DateTime.UtcNow.AddMinutes(5);
        using AsyncUnaryCall<EchoReply> call = front.Client.UnaryAsync(
            new EchoRequest { Text = "relay:" + key }, deadline: deadline, cancellationToken: cancel.Token);
        await _server.State.Entered(key).Task.WaitAsync(Deadlines.Soon);

        await cancel.CancelAsync();

        DateTime seen = await _server.State.Cancelled(key).Task.WaitAsync(Deadlines.Soon);
        Assert.InRange(seen, deadline.AddMinutes(-1), deadline.AddMinutes(1));
    }

    private static ServiceProvider Build(Action<IServiceCollection> configure)
    {
        var services = new ServiceCollection();
        configure(services);
        return services.BuildServiceProvider();
    }

    private sealed class RecordingInterceptor(List<string> log, string name) : Interceptor
    {
        public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
            TRequest request,
            ClientInterceptorContext<TRequest, TResponse> context,
            AsyncUnaryCallContinuation<TRequest, TResponse> continuation)
        {
            log.Add(name);
            return continuation(request, context);
        }
    }
}
