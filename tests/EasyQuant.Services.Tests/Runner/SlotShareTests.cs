using EasyQuant.RunnerService.Grpc.Dispatch;

namespace EasyQuant.Services.Tests.Runner;

public sealed class SlotShareTests
{
    [Fact]
    public void Next_SlotsOneByOneOrTogether_GivesEveryFourthToOthers()
    {
        var one = new SlotShare();
        Assert.Equal([0, 0, 0, 1, 0, 0, 0, 1], Enumerable.Range(0, 8).Select(_ => one.Next(1, 0)));
        var many = new SlotShare();
        Assert.Equal([2, 0, 1, 25], new[] { many.Next(9, 0), many.Next(2, 0), many.Next(1, 0), many.Next(100, 0) });
    }

    [Fact]
    public void Next_ManyParentsWait_LetsNobodyIn()
    {
        var share = new SlotShare();
        Assert.Equal(0, share.Next(100, SlotShare.WaitingMax));
        Assert.Equal(25, share.Next(100, SlotShare.WaitingMax - 1));
    }
}
