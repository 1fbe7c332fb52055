using EasyQuant.Interop.Tests.Fixtures;
using EasyQuant.Interop.V1;
using EasyQuant.Contracts.Run.V1;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Reflection.V1;
using Alpha = Grpc.Reflection.V1Alpha;

namespace EasyQuant.Interop.Tests;

/// <summary>Reflection describes every mapped service with everything it imports.</summary>
public sealed class ReflectionTests(EchoServerFixture fixture) : IClassFixture<EchoServerFixture>
{
    private readonly EchoServer _server = fixture.Server;

    [Fact]
    public async Task ListServices_V1_AllMappedServices()
    {
        ServerReflectionResponse response = await AskAsync(new ServerReflectionRequest { ListServices = "*" });

        string[] names = [.. response.ListServicesResponse.Service.Select(s => s.Name).Order(StringComparer.Ordinal)];
        Assert.Contains("easyquant.interop.v1.Echo", names);
        Assert.Contains("grpc.health.v1.Health", names);
        Assert.Contains("grpc.reflection.v1.ServerReflection", names);
        Assert.Contains("grpc.reflection.v1alpha.ServerReflection", names);
    }

    [Fact]
    public async Task ListServices_V1Alpha_SameNames()
    {
        using AsyncDuplexStreamingCall<Alpha.ServerReflectionRequest, Alpha.ServerReflectionResponse> call =
            new Alpha.ServerReflection.ServerReflectionClient(_server.Channel).ServerReflectionInfo();
        await call.RequestStream.WriteAsync(new Alpha.ServerReflectionRequest { Host = "h", ListServices = "*" });
        Assert.True(await call.ResponseStream.MoveNext());
        ServerReflectionResponse v1 = await AskAsync(new ServerReflectionRequest { Host = "h", ListServices = "*" });

        Assert.Equal(v1.ToByteString(), call.ResponseStream.Current.ToByteString());
    }

    [Theory]
    [InlineData("easyquant.interop.v1.Echo")]
    [InlineData("easyquant.interop.v1.Echo.Unary")]
    [InlineData("easyquant.interop.v1.EchoRequest")]
    public async Task FileContainingSymbol_Known_FileThatBuilds(string symbol)
    {
        ServerReflectionResponse response = await AskAsync(new ServerReflectionRequest { FileContainingSymbol = symbol });

        IReadOnlyList<FileDescriptor> files =
            FileDescriptor.BuildFromByteStrings(response.FileDescriptorResponse.FileDescriptorProto.Reverse());
        Assert.Contains(files, f => f.Services.Any(s => s.FullName == Echo.Descriptor.FullName));
    }

    [Fact]
    public async Task FileByName_Known_TheFileItself()
    {
        ServerReflectionResponse response = await AskAsync(
            new ServerReflectionRequest { FileByFilename = Echo.Descriptor.File.Name });

        Assert.Equal(Echo.Descriptor.File.SerializedData, response.FileDescriptorResponse.FileDescriptorProto[0]);
    }

    [Fact]
    public void Registry_FileWithImports_EveryImportOnce()
    {
        var files = global::Grpc.Reflection.SymbolRegistry.FromFiles([RunReflection.Descriptor]);

        Assert.NotNull(files.FileByName(RunReflection.Descriptor.Name));
        Assert.All(RunReflection.Descriptor.Dependencies, import => Assert.NotNull(files.FileByName(import.Name)));
    }

    [Theory]
    [InlineData("file", StatusCode.NotFound)]
    [InlineData("symbol", StatusCode.NotFound)]
    [InlineData("extension", StatusCode.Unimplemented)]
    [InlineData("type", StatusCode.Unimplemented)]
    public async Task Lookup_Unknown_RefusedAndTheStreamGoesOn(string kind, StatusCode code)
    {
        var request = kind switch
        {
            "file" => new ServerReflectionRequest { FileByFilename = "none.proto" },
            "symbol" => new ServerReflectionRequest { FileContainingSymbol = "none.None" },
            "type" => new ServerReflectionRequest { AllExtensionNumbersOfType = "none.None" },
            _ => new ServerReflectionRequest
            {
                FileContainingExtension = new ExtensionRequest { ContainingType = "none.None", ExtensionNumber = 1 },
            },
        };
        using AsyncDuplexStreamingCall<ServerReflectionRequest, ServerReflectionResponse> call = Open();
        await call.RequestStream.WriteAsync(request);
        Assert.True(await call.ResponseStream.MoveNext());
        Assert.Equal((int)code, call.ResponseStream.Current.ErrorResponse.ErrorCode);

        await call.RequestStream.WriteAsync(new ServerReflectionRequest { ListServices = "*" });
        Assert.True(await call.ResponseStream.MoveNext());
        Assert.NotEmpty(call.ResponseStream.Current.ListServicesResponse.Service);
        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext());
    }

    private async Task<ServerReflectionResponse> AskAsync(ServerReflectionRequest request)
    {
        using AsyncDuplexStreamingCall<ServerReflectionRequest, ServerReflectionResponse> call = Open();
        await call.RequestStream.WriteAsync(request);
        Assert.True(await call.ResponseStream.MoveNext());
        return call.ResponseStream.Current;
    }

    private AsyncDuplexStreamingCall<ServerReflectionRequest, ServerReflectionResponse> Open() =>
        new ServerReflection.ServerReflectionClient(_server.Channel).ServerReflectionInfo();
}
