namespace EasyQuant.Flow.Tests.Streaming;

public sealed class BackoffTests
{
    [Fact]
    public void Next_ManyWhoWereRefusedTogether_ComeBackApart()
    {
        var seeds = new Random(1);
        Backoff[] writers = [.. Enumerable.Range(0, 100).Select(_ => new Backoff(TimeSpan.FromMilliseconds(20), TimeSpan.FromSeconds(1), new Random(seeds.Next())))];
        foreach (int milliseconds in (int[])[20, 40, 80, 160, 320, 640, 1_000, 1_000])
        {
            TimeSpan[] waits = [.. writers.Select(writer => writer.Next())];
            Assert.All(waits, wait => Assert.InRange(wait, TimeSpan.FromMilliseconds(milliseconds / 2.0), TimeSpan.FromMilliseconds(milliseconds)));
            Assert.InRange(waits.Distinct().Count(), 95, 100);
            Assert.InRange(waits.Max() - waits.Min(), TimeSpan.FromMilliseconds(milliseconds * 0.4), TimeSpan.FromMilliseconds(milliseconds * 0.5));
        }
    }

    [Fact]
    public void Next_SameSeed_GivesTheSameWaits()
    {
        TimeSpan[] Waits() => [.. Enumerable.Repeat(new Backoff(TimeSpan.FromMilliseconds(20), TimeSpan.FromSeconds(1), new Random(5)), 10).Select(backoff => backoff.Next())];
        Assert.Equal(Waits(), Waits());
    }
}
