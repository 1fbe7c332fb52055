namespace EasyQuant.Flow.Tests.Streams;

public sealed class StreamLedgerTests
{
    [Theory]
    [InlineData(1, 1, false, false)]
    [InlineData(2, 2, false, false)]
    [InlineData(2, 2, true, false)]
    [InlineData(3, 4, true, false)]
    [InlineData(3, 4, true, true)]
    public void CountedEnd_4000Seeds_NeverLosesDoublesOrHangs(int producers, int consumers, bool hasCrashes, bool isRequeuedToTheBack)
    {
        for (int seed = 0; seed < 4000; seed++)
        {
            var simulation = new StreamSimulation(seed, producers, consumers, hasCrashes, isRequeuedToTheBack, isCounted: true);
            simulation.Run();
            Assert.False(simulation.IsViolated, $"seed {seed}: lost {simulation.Lost}, duplicated {simulation.Duplicated}, stuck {simulation.Stuck}");
        }
    }

    [Theory]
    [InlineData(1, 1, false, false, 0, 0)]
    [InlineData(1, 2, false, false, 100, 100)]
    [InlineData(2, 1, false, false, 30, 100)]
    [InlineData(2, 2, true, false, 30, 100)]
    [InlineData(2, 2, true, true, 30, 100)]
    public void MessageEnd_4000Seeds_IsViolatedAsOftenAsKnown(int producers, int consumers, bool hasCrashes, bool isRequeuedToTheBack, int percentMin, int percentMax)
    {
        int violated = 0;
        for (int seed = 0; seed < 4000; seed++)
        {
            var simulation = new StreamSimulation(seed, producers, consumers, hasCrashes, isRequeuedToTheBack, isCounted: false);
            simulation.Run();
            violated += simulation.IsViolated ? 1 : 0;
        }

        Assert.InRange(violated / 40, percentMin, percentMax);
    }

    [Fact]
    public void Close_ByAZombie_ChangesNothing()
    {
        var ledger = new StreamLedger(1);
        long zombie = ledger.Start(0);
        long owner = ledger.Start(0);
        Assert.False(ledger.TryClose(0, zombie, 0));
        Assert.Equal(StreamLedgerState.Open, ledger.State);
        Assert.True(ledger.TryClose(0, owner, 0));
        Assert.True(ledger.TryClose(0, owner, 0));
        Assert.False(ledger.TryClose(0, owner, 1));
        Assert.Equal(StreamLedgerState.Completed, ledger.State);
    }

    [Fact]
    public void Consume_RepeatedPoisonAndSurplus_CountOnce()
    {
        var ledger = new StreamLedger(1);
        Assert.True(ledger.TryConsume(0, 0, isPoison: true));
        Assert.False(ledger.TryConsume(0, 0, isPoison: false));
        Assert.True(ledger.TryClose(0, ledger.Start(0), 2));
        Assert.True(ledger.TryConsume(0, 1, isPoison: false));
        Assert.False(ledger.TryConsume(0, 2, isPoison: false));
        Assert.Equal((1L, 1L, StreamLedgerState.Completed), (ledger.DoneCount, ledger.DeadCount, ledger.State));
        Assert.False(ledger.Abort());
    }
}
