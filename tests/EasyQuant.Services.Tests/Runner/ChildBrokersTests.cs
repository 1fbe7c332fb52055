using System.Text.Json.Nodes;
using EasyQuant.Messaging;
using EasyQuant.RunnerService;
using EasyQuant.RunnerService.Processes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace EasyQuant.Services.Tests.Runner;

public sealed class ChildBrokersTests
{
    [Fact]
    public void Bounds_OfTheRunner_ReachTheChild()
    {
        var brokers = new ChildBrokers(
            new ConfigurationBuilder().Build(), Options.Create(new RunnerOptions()), new BrokerOptions { ConfirmTimeout = TimeSpan.FromMilliseconds(1_500), WindowMax = 7 });
        BrokerOptions read = ChildBrokers.BoundsOf((JsonObject)JsonNode.Parse(brokers.ToJson().ToJsonString())!);
        Assert.Equal((TimeSpan.FromMilliseconds(1_500), 7, TimeSpan.FromSeconds(4)), (read.ConfirmTimeout, read.WindowMax, read.CommandTimeout));
    }
}
