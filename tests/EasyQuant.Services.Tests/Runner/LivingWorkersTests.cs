using EasyQuant.RunnerService.Processes;
using EasyQuant.Testing;

namespace EasyQuant.Services.Tests.Runner;

/// <summary>How workers that share a data root find those that have died.</summary>
public sealed class LivingWorkersTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("eq-living-").FullName;
    private readonly FakeTime _time = new(DateTimeOffset.UnixEpoch);

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Dead_WorkersThatLiveOrHaveLeft_AreNotAmongThem()
    {
        using var one = new LivingWorkers(_root, "one", _time);
        using var two = new LivingWorkers(_root, "two", _time);
        using (new LivingWorkers(_root, "three", _time))
        {
        }

        Assert.Empty(one.Dead());
        Assert.Equal(["one", "two"], Files());
    }

    [Fact]
    public void Dead_WorkerWithoutAWord_IsNamedOnceASecondUntilItsClaimsAreOver()
    {
        using var one = new LivingWorkers(_root, "one", _time);
        Die("other");

        Assert.Equal(["other"], one.Dead());
        one.Told(["other"]);
        Assert.Empty(one.Dead());
        _time.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal(["other"], one.Dead());
        one.Told(["other"]);
        Assert.Equal(["one", "other"], Files());
        _time.Advance(TimeSpan.FromSeconds(1));
        one.Told(one.Dead());
        Assert.Equal(["one"], Files());
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Empty(one.Dead());
    }

    [Fact]
    public void Dead_ReportThatFailed_NamesThemAgainAtOnce()
    {
        using var one = new LivingWorkers(_root, "one", _time);
        Die("other");

        Assert.Equal(["other"], one.Dead());
        Assert.Equal(["other"], one.Dead());
        one.Told(["other"]);
        Assert.Empty(one.Dead());
    }

    [Fact]
    public void Start_BesideFilesThatWereNeverNamed_DeletesTheOldOnes()
    {
        string folder = Directory.CreateDirectory(Path.Combine(_root, "workers")).FullName;
        foreach ((string name, int age) in new[] { (".old", 61), (".new", 59) })
        {
            File.WriteAllText(Path.Combine(folder, name), "");
            File.SetLastWriteTimeUtc(Path.Combine(folder, name), _time.GetUtcNow().UtcDateTime.AddSeconds(-age));
        }

        using var one = new LivingWorkers(_root, "one", _time);

        Assert.Equal([".new", "one"], Files());
    }

    [Fact]
    public void Dead_OfMany_AreAHundredAtATime()
    {
        using var one = new LivingWorkers(_root, "one", _time);
        for (int i = 0; i < 130; i++)
        {
            Die($"other-{i}");
        }

        Assert.Equal(100, one.Dead().Count);
    }

    [Theory]
    [InlineData("a/b")]
    [InlineData(".hidden")]
    public void Worker_WhoseIdIsNoFileName_FindsNobodyAndLeavesNothing(string id)
    {
        using var one = new LivingWorkers(_root, id, _time);
        Directory.CreateDirectory(Path.Combine(_root, "workers"));
        Die("other");

        Assert.Empty(one.Dead());
        Assert.Equal(["other"], Files());
    }

    // What a killed process leaves: its file, without the lock.
    private void Die(string id) => File.WriteAllText(Path.Combine(_root, "workers", id), "");

    private string[] Files() => [.. Directory.EnumerateFiles(Path.Combine(_root, "workers")).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];
}
