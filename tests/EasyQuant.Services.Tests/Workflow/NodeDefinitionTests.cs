using EasyQuant.Contracts.Workflow.V1;
using EasyQuant.ServiceDefaults.Errors;
using Grpc.Core;
using Npgsql;

namespace EasyQuant.Services.Tests.Workflow;

/// <summary>What Workflow answers Runners that ask whether it has their node types.</summary>
[Collection(WorkflowServers.Name)]
public sealed class NodeDefinitionTests(WorkflowFixture fixture)
{
    private static readonly string s_code = new('a', 64);
    private static readonly string s_otherCode = new('b', 64);

    [Fact]
    public async Task HasNodeDefinitions_TheSameCodeAndVersion_OnlyThoseAreStored()
    {
        await using WorkflowHost host = await WorkflowHost.StartAsync(fixture.Servers);
        Assert.False(await HasAsync(host, "1", s_code, 2));
        await host.Nodes.RegisterNodeDefinitionsAsync(new RegisterNodeDefinitionsRequest { RunnerVersion = "1", CodeHash = s_code, Nodes = { Types("A", "B") } });

        Assert.True(await HasAsync(host, "1", s_code, 2));
        Assert.False(await HasAsync(host, "1", s_otherCode, 2));
        Assert.False(await HasAsync(host, "2", s_code, 2));
        Assert.False(await HasAsync(host, "1", s_code, 1));
        Assert.False(await HasAsync(host, "1", s_code, 3));
    }

    [Fact]
    public async Task HasNodeDefinitions_AnotherVersionTookAType_NotStoredUntilRegisteredAgain()
    {
        await using WorkflowHost host = await WorkflowHost.StartAsync(fixture.Servers);
        var mine = new RegisterNodeDefinitionsRequest { RunnerVersion = "1", CodeHash = s_code, Nodes = { Types("A", "B") } };
        await host.Nodes.RegisterNodeDefinitionsAsync(mine);
        await host.Nodes.RegisterNodeDefinitionsAsync(new RegisterNodeDefinitionsRequest { RunnerVersion = "2", CodeHash = s_otherCode, Nodes = { Types("B") } });

        Assert.False(await HasAsync(host, "1", s_code, 2));
        Assert.True(await HasAsync(host, "2", s_otherCode, 1));
        await host.Nodes.RegisterNodeDefinitionsAsync(mine);
        Assert.True(await HasAsync(host, "1", s_code, 2));
        Assert.False(await HasAsync(host, "2", s_otherCode, 1));
    }

    [Fact]
    public async Task HasNodeDefinitions_RegisteredWithoutAHash_NotStored()
    {
        await using WorkflowHost host = await WorkflowHost.StartAsync(fixture.Servers);
        await host.Nodes.RegisterNodeDefinitionsAsync(new RegisterNodeDefinitionsRequest { RunnerVersion = "1", CodeHash = s_code, Nodes = { Types("A") } });
        await host.Nodes.RegisterNodeDefinitionsAsync(new RegisterNodeDefinitionsRequest { RunnerVersion = "1", Nodes = { Types("A") } });

        Assert.False(await HasAsync(host, "1", s_code, 1));
    }

    [Fact]
    public async Task HasNodeDefinitions_AWorkflowOfBeforeReplacedOne_NotStored()
    {
        await using WorkflowHost host = await WorkflowHost.StartAsync(fixture.Servers);
        await host.Nodes.RegisterNodeDefinitionsAsync(new RegisterNodeDefinitionsRequest { RunnerVersion = "1", CodeHash = s_code, Nodes = { Types("A") } });
        // It knows no hash and leaves what is there.
        await using NpgsqlCommand replace = host.DataSource.CreateCommand("update workflow.node_definitions set definition = definition || '\\x00'");
        Assert.Equal(1, await replace.ExecuteNonQueryAsync());

        Assert.False(await HasAsync(host, "1", s_code, 1));
    }

    [Theory]
    [InlineData("", 1, "VALUE_OUT_OF_RANGE")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", 1, "VALUE_OUT_OF_RANGE")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 0, "COUNT_OUT_OF_RANGE")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 1001, "COUNT_OUT_OF_RANGE")]
    public async Task HasNodeDefinitions_BadRequest_Refused(string hash, int count, string reason)
    {
        RpcException error = await Assert.ThrowsAsync<RpcException>(() => HasAsync(fixture.Host, "1", hash, count));
        Assert.True(RpcError.TryRead(error, out RpcError? refusal), error.ToString());
        Assert.Equal((StatusCode.InvalidArgument, reason), (error.StatusCode, refusal.Reason));
    }

    private static async Task<bool> HasAsync(WorkflowHost host, string version, string hash, int count) =>
        (await host.Nodes.HasNodeDefinitionsAsync(new HasNodeDefinitionsRequest { RunnerVersion = version, CodeHash = hash, NodeCount = count })).IsStored;

    private static IEnumerable<NodeDefinition> Types(params string[] names) => names.Select(name => new NodeDefinition { Type = name });
}
