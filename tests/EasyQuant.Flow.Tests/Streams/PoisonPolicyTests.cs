namespace EasyQuant.Flow.Tests.Streams;

public sealed class PoisonPolicyTests
{
    [Theory]
    [InlineData(false, false, 0, PoisonAction.Process, null)]
    [InlineData(false, true, 0, PoisonAction.ProcessAlone, null)]
    [InlineData(false, true, 1, PoisonAction.ProcessAlone, null)]
    [InlineData(false, true, 2, PoisonAction.Park, PoisonPolicy.EndsProcesses)]
    [InlineData(true, true, 0, PoisonAction.Park, PoisonPolicy.DeliveriesExhausted)]
    [InlineData(true, false, 2, PoisonAction.Park, PoisonPolicy.DeliveriesExhausted)]
    public void Decide_Counts_GiveTheAction(bool isGivenUp, bool isSuspect, int unfinished, PoisonAction action, string? reason)
    {
        Assert.Equal(action, new PoisonPolicy().Decide(isGivenUp, isSuspect, unfinished, out string? actual));
        Assert.Equal(reason, actual);
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, true)]
    [InlineData(4, true)]
    public void IsParked_ErrorsOfTheHandler_CountAlone(int failures, bool isParked) => Assert.Equal(isParked, new PoisonPolicy().IsParked(failures));

    [Fact]
    public void Decide_ProcessKiller_IsParkedAfterThreeCrashesAndItsNeighboursSurvive()
    {
        var policy = new PoisonPolicy();
        var unfinished = new Dictionary<int, int>();
        List<int> parked = [];
        List<int> done = [];
        int crashes = 0;
        // Fifty chunks in hand, number 17 ends the process whenever it is tried.
        for (int delivery = 0; done.Count + parked.Count < 50; delivery++)
        {
            bool isAlive = true;
            foreach (int chunk in Enumerable.Range(0, 50).Except(done).Except(parked).ToList().Where(_ => isAlive))
            {
                switch (policy.Decide(isGivenUp: false, isSuspect: delivery > 0, unfinished.GetValueOrDefault(chunk), out _))
                {
                    case PoisonAction.Park:
                        parked.Add(chunk);
                        continue;
                    case PoisonAction.ProcessAlone:
                        unfinished[chunk] = unfinished.GetValueOrDefault(chunk) + 1;
                        break;
                }

                isAlive = chunk != 17;
                crashes += isAlive ? 0 : 1;
                if (isAlive)
                {
                    unfinished.Remove(chunk);
                    done.Add(chunk);
                }
            }
        }

        Assert.Equal([17], parked);
        Assert.Equal((49, 3), (done.Count, crashes));
    }
}
