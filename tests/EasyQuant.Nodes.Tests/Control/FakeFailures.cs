using EasyQuant.Flow;

namespace EasyQuant.Nodes.Tests.Control;

/// <summary>Fails the first calls.</summary>
internal sealed class FakeFailures(int count)
{
    private int _left = count;

    public void Next()
    {
        if (Interlocked.Decrement(ref _left) >= 0)
        {
            throw new NodeException("FLAKY", "Not yet.", transient: true);
        }
    }
}
