using EasyQuant.Scheduling;
using Xunit;

namespace EasyQuant.Core.Tests.Scheduling;

public sealed class PlacementPolicyTests
{
    [Fact]
    public void Choose_SeveralFit_TakesTheLeastLoadedWhateverTheOrder()
    {
        WorkerCandidate[] pool =
        [
            new() { Name = "a", Capacity = 4, RunningCount = 2 },
            new() { Name = "b", Capacity = 8, RunningCount = 3 },
            new() { Name = "c", Capacity = 8, RunningCount = 3, CpuRatio = 0.5 },
        ];

        Assert.Equal("b", PlacementPolicy.Choose(new PlacementRequest(), pool).Worker!.Name);
        Assert.Equal("b", PlacementPolicy.Choose(new PlacementRequest(), pool.Reverse()).Worker!.Name);
    }

    [Fact]
    public void Choose_SameRoomAndProcessor_TakesTheOneWithLessMemoryInUse()
    {
        WorkerCandidate[] pool = [new() { Name = "a", Capacity = 4, MemoryBytes = 2 }, new() { Name = "b", Capacity = 4, MemoryBytes = 1 }];

        Assert.Equal("b", PlacementPolicy.Choose(new PlacementRequest(), pool).Worker!.Name);
    }

    [Fact]
    public void Choose_PreferredRegion_WinsOverLoadUnlessFull()
    {
        var near = new WorkerCandidate { Name = "near", Region = "cn", Capacity = 2, RunningCount = 1 };
        var far = new WorkerCandidate { Name = "far", Region = "us", Capacity = 2 };
        var request = new PlacementRequest { Region = "cn" };

        Assert.Equal("near", PlacementPolicy.Choose(request, [far, near]).Worker!.Name);
        Assert.Equal("far", PlacementPolicy.Choose(request, [far, near with { RunningCount = 2 }]).Worker!.Name);
    }

    [Fact]
    public void Choose_NoneFits_NamesWhyEachWasRefused()
    {
        WorkerCandidate[] pool =
        [
            new() { Name = "a", Capacity = 1, RunningCount = 1, Region = "cn" },
            new() { Name = "b", Capacity = 1, IsAvailable = false },
            new() { Name = "c", Capacity = 1, Region = "us" },
            new() { Name = "d", Capacity = 1, Region = "cn" },
            new() { Name = "e", Capacity = 1, Region = "cn", Labels = new Dictionary<string, string> { ["gpu"] = "yes" } },
        ];
        var request = new PlacementRequest
        {
            Region = "cn", IsRegionRequired = true, Labels = new Dictionary<string, string> { ["gpu"] = "yes" }, NodeTypes = ["Backtest"],
        };

        PlacementResult result = PlacementPolicy.Choose(request, pool);

        Assert.Null(result.Worker);
        Assert.Equal(
            [
                "Worker a is full: 1 of 1.", "Worker b takes no work.", "Worker c is in region 'us', needed is 'cn'.",
                "Worker d lacks label gpu=yes.", "Worker e cannot execute node type Backtest.",
            ],
            result.Refusals);
    }
}
