using EasyQuant.Nodes.Messaging;
using FsCheck;
using FsCheck.Fluent;

namespace EasyQuant.Nodes.Tests.Messaging;

public sealed class ShardProgressTests
{
    [Fact]
    public void Confirm_AnyOrder_CountsWithoutAGap() => Prop.ForAll<byte[], byte>((confirmed, first) =>
    {
        var progress = new ShardProgress(first);
        long before = first;
        foreach (byte sequence in confirmed)
        {
            progress.Confirm(sequence);
            if (progress.NextSequence < before)
            {
                return false;
            }

            before = progress.NextSequence;
        }

        long expected = first;
        while (confirmed.Contains((byte)expected) && expected < 256)
        {
            expected++;
        }

        return progress.NextSequence == expected && progress.IsKnown(first - 1) && !progress.IsKnown(first);
    }).QuickCheckThrowOnFailure();
}
