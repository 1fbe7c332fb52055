using System.Globalization;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;

namespace EasyQuant.Gateway.Rest;

/// <summary>
/// Writes a server stream as server-sent events: one event a message, its id the field <c>sequence</c> of the message or of its only
/// nested message that has one; a comment after silence; <c>event: end</c> when the stream is complete and <c>event: problem</c> when it
/// failed on the way. A failure before the first message is an ordinary problem response. Thread-safe.
/// </summary>
/// <param name="method">The streaming RPC.</param>
/// <param name="options">Heartbeat interval.</param>
/// <param name="time">The clock of the heartbeat.</param>
internal sealed class EventStream(MethodDescriptor method, RestOptions options, TimeProvider time)
{
    private const string SequenceField = "sequence";
    private const string ResumeField = "after_sequence";

    // A stream that says nothing at first still has to show the browser that it is open.
    private static readonly TimeSpan s_firstMessageWait = TimeSpan.FromSeconds(1);
    private readonly FieldDescriptor? _sequenceHolder = HolderOf(method.OutputType);

    /// <summary>Continues after the event that the browser saw last, when the request has the field <c>after_sequence</c>.</summary>
    /// <param name="request">The request; changed.</param>
    /// <param name="lastEventId">Header <c>Last-Event-ID</c>; empty on the first connection.</param>
    /// <exception cref="ProblemException">The header is not a number.</exception>
    public static void Resume(IMessage request, string? lastEventId)
    {
        FieldDescriptor? field = request.Descriptor.FindFieldByName(ResumeField);
        if (field is null || string.IsNullOrEmpty(lastEventId))
        {
            return;
        }

        if (!long.TryParse(lastEventId, NumberStyles.None, CultureInfo.InvariantCulture, out long seen))
        {
            throw new ProblemException(Problem.OfFields([new FieldProblem(
                null, "Last-Event-ID", "LAST_EVENT_ID_INVALID", $"Last-Event-ID must be the id of an event of this stream, was '{FieldText.Show(lastEventId)}'.")]));
        }

        field.Accessor.SetValue(request, Math.Max(seen, (long)field.Accessor.GetValue(request)));
    }

    /// <summary>Writes the stream to its end.</summary>
    /// <param name="context">The request.</param>
    /// <param name="messages">The messages; leaving the enumeration cancels the call.</param>
    /// <returns>Completed when the stream has ended or the caller has gone.</returns>
    /// <exception cref="RpcException">The call failed before the response began.</exception>
    public async Task WriteAsync(HttpContext context, IAsyncEnumerable<IMessage> messages)
    {
        CancellationToken aborted = context.RequestAborted;
        await using IAsyncEnumerator<IMessage> messageEnumerator = messages.GetAsyncEnumerator(aborted);
        Task<bool> next = messageEnumerator.MoveNextAsync().AsTask();
        try
        {
            if (!await IsDoneWithin(next, s_firstMessageWait, aborted))
            {
                await StartAsync(context);
            }

            while (await NextAsync(context, next))
            {
                await StartAsync(context);
                await context.Response.WriteAsync(EventOf(messageEnumerator.Current), aborted);
                await context.Response.Body.FlushAsync(aborted);
                next = messageEnumerator.MoveNextAsync().AsTask();
            }

            await StartAsync(context);
            await context.Response.WriteAsync("event: end\ndata: {}\n\n", aborted);
        }
        catch (RpcException exception) when (context.Response.HasStarted && !aborted.IsCancellationRequested)
        {
            await EndAsync(context, exception);
        }
        finally
        {
            // The enumerator must not be disposed while it moves; the aborted token ends the move.
            await next.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    private async Task<bool> NextAsync(HttpContext context, Task<bool> next)
    {
        while (context.Response.HasStarted && !await IsDoneWithin(next, options.HeartbeatInterval, context.RequestAborted))
        {
            await context.Response.WriteAsync(": heartbeat\n\n", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }

        return await next;
    }

    private async Task<bool> IsDoneWithin(Task<bool> next, TimeSpan wait, CancellationToken aborted)
    {
        try
        {
            await next.WaitAsync(wait, time, aborted);
            return true;
        }
        catch (TimeoutException) when (!next.IsCompleted)
        {
            return false;
        }
    }

    private static async Task StartAsync(HttpContext context)
    {
        if (context.Response.HasStarted)
        {
            return;
        }

        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers["X-Accel-Buffering"] = "no";
        await context.Response.WriteAsync(": open\n\n", context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }

    private async Task EndAsync(HttpContext context, RpcException exception)
    {
        if (exception.StatusCode == StatusCode.DeadlineExceeded)
        {
            return; // The stream is old enough: the browser reconnects with Last-Event-ID.
        }

        Problem problem = ProblemMapping.Of(exception, method.InputType);
        string json = Encoding.UTF8.GetString(ProblemWriter.Serialize(problem, ProblemWriter.TraceIdOf(context)).Span);
        await context.Response.WriteAsync($"event: problem\ndata: {json}\n\n", context.RequestAborted);
    }

    private string EventOf(IMessage message)
    {
        if (message.CalculateSize() == 0)
        {
            return ": heartbeat\n\n"; // The service's own sign of life.
        }

        object? holder = _sequenceHolder is null ? message : _sequenceHolder.Accessor.GetValue(message);
        FieldDescriptor? field = (holder as IMessage)?.Descriptor.FindFieldByName(SequenceField);
        string id = field is null ? "" : string.Create(CultureInfo.InvariantCulture, $"id: {field.Accessor.GetValue((IMessage)holder!)}\n");
        return $"{id}data: {RestJson.Formatter.Format(message)}\n\n";
    }

    private static FieldDescriptor? HolderOf(MessageDescriptor message)
    {
        FieldDescriptor[] nested = [.. message.Fields.InDeclarationOrder().Where(f =>
            f is { FieldType: FieldType.Message, IsRepeated: false } && f.MessageType.FindFieldByName(SequenceField) is not null)];
        return message.FindFieldByName(SequenceField) is null && nested.Length == 1 ? nested[0] : null;
    }
}
