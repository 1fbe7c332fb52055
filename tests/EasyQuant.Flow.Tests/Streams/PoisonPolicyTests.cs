namespace EasyQuant.Flow.Tests.Streams;

public sealed class PoisonPolicyTests
{
    [Theory]
    [InlineData(0, 0, 0, PoisonAction.Process, null)]
    [InlineData(1, 0, 0, PoisonAction.ProcessAlone, null)]
    [InlineData(1, 0, 2, PoisonAction.ProcessAlone, null)]
    [InlineData(3, 0, 3, PoisonAction.Park, PoisonPolicy.Fails)]
    [InlineData(2, 1, 0, PoisonAction.Park, PoisonPolicy.EndsProcess)]
    public void Decide_Counts_GiveTheAction(int redeliveries, int unfinished, int failures, PoisonAction action, string? reason)
    {
        Assert.Equal(action, new PoisonPolicy().Decide(redeliveries, unfinished, failures, out string? actual));
        Assert.Equal(reason, actual);
    }

    [Fact]
    public void Decide_ProcessKiller_IsParkedAtTheThirdDeliveryAndItsNeighboursSurvive()
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
                switch (policy.Decide(delivery, unfinished.GetValueOrDefault(chunk), 0, out _))
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
        Assert.Equal((49, 2), (done.Count, crashes));
    }
}
