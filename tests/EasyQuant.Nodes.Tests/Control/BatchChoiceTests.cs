using EasyQuant.Flow;
using EasyQuant.Nodes.Control;

namespace EasyQuant.Nodes.Tests.Control;

public sealed class BatchChoiceTests
{
    [Theory]
    // Measured: items, seconds in all, share computing, MB/s; left; then what the host has.
    [InlineData(8, 0.0001, 1.0, 0, 100, true, true, ItemPlace.Inline)]
    [InlineData(8, 0.8, 0.05, 10, 1_000, true, true, ItemPlace.Threads)]
    [InlineData(8, 0.8, 1.0, 10, 1_000, true, true, ItemPlace.Threads)]
    [InlineData(8, 0.8, 1.0, 900, 1_000, true, true, ItemPlace.Processes)]
    [InlineData(8, 0.8, 1.0, 900, 1_000, false, true, ItemPlace.Threads)]
    [InlineData(2, 2.0, 1.0, 900, 5_000, true, true, ItemPlace.Remote)]
    [InlineData(2, 2.0, 1.0, 900, 5_000, true, false, ItemPlace.Processes)]
    public void Choose_Measured_PlaceFollowsAndTheReasonSaysWhy(
        int count, double seconds, double share, double megabytes, int left, bool hasProcesses, bool hasRemote, ItemPlace expected)
    {
        TimeSpan wall = TimeSpan.FromSeconds(seconds);
        var choice = new BatchChoice(count, wall, wall * share, (long)(megabytes * 1e6 * seconds), left, 2, hasProcesses, hasRemote);
        (ItemPlace place, string reason) = choice.Choose();
        Assert.Equal(expected, place);
        Assert.Contains($"{count} items took", reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Choose_OneProcessorAndComputing_IsInline() =>
        Assert.Equal(ItemPlace.Inline, new BatchChoice(8, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), 0, 100, 1, false, false).Choose().Place);
}
