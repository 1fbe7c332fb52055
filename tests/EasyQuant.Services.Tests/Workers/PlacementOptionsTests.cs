using System.CommandLine;
using EasyQuant.Cli.Remote;
using EasyQuant.Contracts.Run.V1;
using Google.Protobuf.WellKnownTypes;

namespace EasyQuant.Services.Tests.Workers;

/// <summary>What a person writes about workers becomes a placement, or a sentence that names the option.</summary>
public sealed class PlacementOptionsTests
{
    [Fact]
    public void Placement_AllOptions_AreRead()
    {
        (string? fault, RunPlacement? placement) = Read("--region", "eu", "--require-region", "--label", "disk=ssd", "--label", "gpu=", "--worker", "far-1", "--fallback", "1.5");

        Assert.Null(fault);
        Assert.Equal(
            new RunPlacement
            {
                Region = "eu", RegionRequired = true, Worker = "far-1", Labels = { ["disk"] = "ssd", ["gpu"] = "" }, FallbackAfter = Duration.FromTimeSpan(TimeSpan.FromSeconds(1.5)),
            },
            placement);
    }

    [Fact]
    public void Placement_NoOption_IsAnyWorker() => Assert.Equal((null, null), Read());

    [Theory]
    [InlineData("--require-region needs --region", "--require-region")]
    [InlineData("--label must be k=v, was 'x'", "--label", "x")]
    [InlineData("--label must be k=v, was '=x'", "--label", "=x")]
    [InlineData("--label a is given twice", "--label", "a=1", "--label", "a=2")]
    [InlineData("--fallback must be 0 to 600 seconds, was 601", "--fallback", "601")]
    [InlineData("--fallback must be 0 to 600 seconds, was -1", "--fallback", "-1")]
    public void Placement_BadOption_IsNamed(string fault, params string[] arguments) => Assert.StartsWith(fault, Read(arguments).Fault, StringComparison.Ordinal);

    private static (string? Fault, RunPlacement? Placement) Read(params string[] arguments)
    {
        Command command = new("start");
        PlacementOptions options = new();
        options.AddTo(command);
        ParseResult result = command.Parse(arguments);
        Assert.Empty(result.Errors);
        string? fault = options.Read(result, out RunPlacement? placement);
        return (fault, placement);
    }
}
