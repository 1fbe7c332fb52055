using EasyQuant.Nodes.Messaging;
using EasyQuant.Testing;

namespace EasyQuant.Nodes.Tests.Messaging;

public sealed class SuspectGateTests
{
    private readonly FakeTime _time = new();

    [Fact]
    public async Task Enter_Ordinary_GoSideBySide()
    {
        var gate = new SuspectGate(_time);
        using IDisposable first = await gate.EnterAsync(isSuspect: false, CancellationToken.None);
        using IDisposable second = await gate.EnterAsync(isSuspect: false, CancellationToken.None);
        Assert.Equal(0, _time.TimerCount);
    }

    [Fact]
    public async Task Enter_Suspect_IsAloneAndComesBeforeLaterOnes()
    {
        var gate = new SuspectGate(_time);
        IDisposable inside = await gate.EnterAsync(isSuspect: false, CancellationToken.None);
        Task<IDisposable> suspect = gate.EnterAsync(isSuspect: true, CancellationToken.None);
        Task<IDisposable> later = gate.EnterAsync(isSuspect: false, CancellationToken.None);
        Assert.False(suspect.IsCompleted || later.IsCompleted);
        inside.Dispose();
        IDisposable alone = await Soon(suspect);
        Assert.False(later.IsCompleted);
        alone.Dispose();
        alone.Dispose();
        (await Soon(later)).Dispose();
        (await Soon(gate.EnterAsync(isSuspect: true, CancellationToken.None))).Dispose();
    }

    [Fact]
    public async Task Enter_SuspectsOfTwoLanes_GoOneAfterTheOther()
    {
        var gate = new SuspectGate(_time);
        IDisposable first = await gate.EnterAsync(isSuspect: true, CancellationToken.None);
        Task<IDisposable> second = gate.EnterAsync(isSuspect: true, CancellationToken.None);
        Assert.False(second.IsCompleted);
        first.Dispose();
        (await Soon(second)).Dispose();
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, true)]
    public async Task Enter_OtherNeverLeaves_GoesOnBesideItAfterAWhile(bool isInsideSuspect, bool isSuspect)
    {
        var gate = new SuspectGate(_time);
        await gate.EnterAsync(isInsideSuspect, CancellationToken.None);
        Task<IDisposable> waiting = gate.EnterAsync(isSuspect, CancellationToken.None);
        _time.Advance(SuspectGate.WaitMax - TimeSpan.FromMilliseconds(1));
        Assert.False(waiting.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        await Soon(waiting);
        // It is not held up a second time: whoever stands still is not alone any more.
        await Soon(gate.EnterAsync(isSuspect: false, CancellationToken.None));
    }

    [Fact]
    public async Task Enter_Cancelled_LeavesNoTrace()
    {
        var gate = new SuspectGate(_time);
        IDisposable inside = await gate.EnterAsync(isSuspect: false, CancellationToken.None);
        using var cancel = new CancellationTokenSource();
        Task<IDisposable> suspect = gate.EnterAsync(isSuspect: true, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => suspect);
        await Soon(gate.EnterAsync(isSuspect: false, CancellationToken.None));
        inside.Dispose();
    }

    private static Task<IDisposable> Soon(Task<IDisposable> entering) => entering.WaitAsync(TimeSpan.FromMinutes(1));
}
