namespace EasyQuant.Flow.Tests;

public sealed class StateMachineTests
{
    [Fact]
    public void Run_ClaimAfterExpiry_RaisesTheEpochAndRefusesTheOldOne()
    {
        var run = new RunMachine();
        Assert.True(run.TryClaim(out long first));
        Assert.False(run.TryClaim(out _));
        Assert.True(run.TryQueue());
        Assert.True(run.TryClaim(out long second));
        Assert.True(second > first);
        Assert.False(run.TryMove(first, RunState.Succeeded));
        Assert.True(run.TryMove(second, RunState.Succeeded));
        Assert.False(run.TryMove(second, RunState.Failed));
        Assert.True(run.TryQueue());
    }

    [Fact]
    public void Run_Cancel_OnlyWithoutHolder()
    {
        var run = new RunMachine();
        Assert.True(run.TryClaim(out long epoch));
        Assert.False(run.TryCancel());
        Assert.True(run.TryMove(epoch, RunState.Paused));
        Assert.True(run.TryCancel());
        Assert.Equal(RunState.Cancelled, run.State);
    }

    [Fact]
    public void Step_AttemptsCount_AndFinalStatesStay()
    {
        var step = new StepMachine();
        Assert.False(step.TryEnd(StepState.Succeeded));
        Assert.True(step.TryStart());
        Assert.True(step.TryStart());
        Assert.Equal(2, step.Attempt);
        Assert.True(step.TryEnd(StepState.Succeeded));
        Assert.False(step.TryEnd(StepState.Failed));
        Assert.False(step.TryStart());
        Assert.True(step.TryReset());
        Assert.False(step.TryReset());
    }

    [Fact]
    public void Transitions_FinalStates_LeadOnlyBackToTheStart()
    {
        foreach (RunState from in Enum.GetValues<RunState>().Where(RunTransitions.IsFinal))
        {
            Assert.Equal([RunState.Queued], Enum.GetValues<RunState>().Where(to => RunTransitions.IsLegal(from, to)));
        }

        foreach (StepState from in Enum.GetValues<StepState>().Where(StepTransitions.IsFinal))
        {
            Assert.Equal([StepState.Pending], Enum.GetValues<StepState>().Where(to => StepTransitions.IsLegal(from, to)));
        }
    }
}
