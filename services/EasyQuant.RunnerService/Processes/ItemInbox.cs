using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace EasyQuant.RunnerService.Processes;

/// <summary>
/// What a child process says, read by a thread of its own: pipes know no asynchronous reads, and a thread of the pool would be lent for as long as the process
/// lives. At most <see cref="MessagesMax"/> messages wait here, then the process waits. One reader at a time.
/// </summary>
internal sealed class ItemInbox
{
    private const int MessagesMax = 64;
    private const int ReadBytes = 64 << 10;

    private readonly Channel<JsonObject> _messages = Channel.CreateBounded<JsonObject>(new BoundedChannelOptions(MessagesMax) { SingleReader = true, SingleWriter = false });

    /// <summary>Starts to read; the thread ends with the stream, which it closes.</summary>
    public ItemInbox(Stream output) => new Thread(() => ReadAll(output)) { IsBackground = true, Name = "item process" }.Start();

    /// <summary>Returns the next message; null when there will be none. A wait that is cancelled loses nothing.</summary>
    /// <exception cref="InvalidDataException">What came is no message.</exception>
    /// <exception cref="IOException">The pipe broke.</exception>
    public async ValueTask<JsonObject?> ReadAsync(CancellationToken cancellationToken)
    {
        JsonObject? message;
        while (!_messages.Reader.TryRead(out message))
        {
            if (!await _messages.Reader.WaitToReadAsync(cancellationToken))
            {
                return null;
            }
        }

        return message;
    }

    /// <summary>Takes no more.</summary>
    public void Close() => _messages.Writer.TryComplete();

    private void ReadAll(Stream output)
    {
        Exception? broken = null;
        try
        {
            using var stream = new BufferedStream(output, ReadBytes);
            while (ItemFrame.Read(stream) is { } message)
            {
                while (!_messages.Writer.TryWrite(message))
                {
                    if (!_messages.Writer.WaitToWriteAsync().AsTask().GetAwaiter().GetResult())
                    {
                        return;
                    }
                }
            }
        }
        catch (Exception e)
        {
            // Whatever it is, the one who waits for an answer hears it.
            broken = e;
        }
        finally
        {
            _messages.Writer.TryComplete(broken);
        }
    }
}
