using System.Buffers;
using System.Globalization;
using EasyQuant.ServiceDefaults.Grpc;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;

namespace EasyQuant.Gateway.Rest;

/// <summary>Answers one HTTP form of one RPC. Thread-safe.</summary>
internal sealed class RestEndpoint
{
    private const string TimeoutHeader = "x-timeout";
    private readonly RestBinding _binding;
    private readonly RequestBinder _binder;
    private readonly EventStream _events;
    private readonly IRpcBackend _backend;
    private readonly RestOptions _options;
    private readonly TimeProvider _time;

    /// <summary>Creates the endpoint.</summary>
    /// <param name="binding">The HTTP form.</param>
    /// <param name="backend">Calls the service.</param>
    /// <param name="options">Limits.</param>
    /// <param name="time">The clock of deadlines and heartbeats.</param>
    public RestEndpoint(RestBinding binding, IRpcBackend backend, RestOptions options, TimeProvider time)
    {
        _binding = binding;
        _binder = new RequestBinder(binding);
        _events = new EventStream(binding.Method, options, time);
        _backend = backend;
        _options = options;
        _time = time;
    }

    /// <summary>Handles a request: binds it, calls the service, writes the answer or the problem.</summary>
    /// <param name="context">The request, already authenticated and authorised.</param>
    /// <returns>Completed when the response is written, or when the caller has gone.</returns>
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await HandleAsync(context);
        }
        catch (ProblemException exception)
        {
            await ProblemWriter.WriteAsync(context, exception.Problem);
        }
        catch (RpcException exception) when (!context.RequestAborted.IsCancellationRequested)
        {
            await ProblemWriter.WriteAsync(context, ProblemMapping.Of(exception, _binding.Method.InputType));
        }
        catch (Exception exception) when (context.RequestAborted.IsCancellationRequested
            && exception is RpcException or OperationCanceledException or IOException)
        {
            // The caller went away: nobody is left to answer.
        }
    }

    private async Task HandleAsync(HttpContext context)
    {
        string path = context.Request.Path.Value ?? "";
        if (!_binding.Path.IsExact(path))
        {
            throw new ProblemException(RestProblems.RouteNotFound(context.Request.Method, path));
        }

        TimeSpan? timeout = TimeoutOf(context.Request);
        ReadOnlyMemory<byte> body = await ReadBodyAsync(context);
        IMessage request = _binder.Bind(context.Request.RouteValues, context.Request.Query, body);
        DateTime now = _time.GetUtcNow().UtcDateTime;
        if (_binding.Method.IsServerStreaming)
        {
            EventStream.Resume(request, context.Request.Headers["Last-Event-ID"]);
            CallOptions options = OptionsOf(context, now + (timeout ?? _options.StreamDurationMax));
            IAsyncEnumerable<IMessage> messages = _backend.StreamAsync(_binding.Method, request, options);
            await (_binding.IsFile ? RawBody.WriteAsync(context, _binding.ResponseField!, messages) : _events.WriteAsync(context, messages));
            return;
        }

        IMessage response = await _backend.CallAsync(_binding.Method, request, OptionsOf(context, now + (timeout ?? _options.DefaultTimeout)));
        await WriteAsync(context, response);
    }

    private async Task WriteAsync(HttpContext context, IMessage message)
    {
        if (_binding.ResponseField is { } field && field.Accessor.GetValue(message) is IMessage part)
        {
            message = part;
        }

        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        await context.Response.WriteAsync(RestJson.Formatter.Format(message), context.RequestAborted);
    }

    private static CallOptions OptionsOf(HttpContext context, DateTime deadline)
    {
        var headers = new Metadata();
        foreach (string name in (ReadOnlySpan<string>)[CallHeaders.Project, CallHeaders.Actor, CallHeaders.InternalCredential])
        {
            if (context.Request.Headers[name].ToString() is { Length: > 0 } value)
            {
                headers.Add(name, value);
            }
        }

        return new CallOptions(headers, deadline, context.RequestAborted);
    }

    private TimeSpan? TimeoutOf(HttpRequest request)
    {
        string text = request.Headers[TimeoutHeader].ToString();
        if (text.Length == 0)
        {
            return null;
        }

        double max = _options.TimeoutMax.TotalSeconds;
        bool isValid = double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double seconds)
            && seconds >= 0.001 && seconds <= max;
        return isValid
            ? TimeSpan.FromSeconds(seconds)
            : throw new ProblemException(Problem.OfFields([new FieldProblem(
                null, TimeoutHeader, "TIMEOUT_INVALID",
                string.Create(CultureInfo.InvariantCulture, $"{TimeoutHeader} must be seconds from 0.001 to {max}, was '{FieldText.Show(text)}'."))]));
    }

    private async Task<ReadOnlyMemory<byte>> ReadBodyAsync(HttpContext context)
    {
        HttpRequest request = context.Request;
        bool isEmpty = request.ContentLength is null or 0 && !request.Headers.ContainsKey("Transfer-Encoding");
        if (!_binding.HasBody)
        {
            return isEmpty ? default : throw new ProblemException(new Problem(
                StatusCodes.Status400BadRequest, "BODY_UNEXPECTED", $"{request.Method} {_binding.Path.Text} takes no body."));
        }

        if (isEmpty)
        {
            return default;
        }

        if (!request.HasJsonContentType())
        {
            throw new ProblemException(new Problem(
                StatusCodes.Status415UnsupportedMediaType, "CONTENT_TYPE_UNSUPPORTED",
                $"The content type must be application/json, was '{FieldText.Show(request.ContentType)}'."));
        }

        if (request.ContentLength > _options.BodyBytesMax)
        {
            throw new ProblemException(RestProblems.BodyTooLarge(_options.BodyBytesMax));
        }

        var buffer = new ArrayBufferWriter<byte>((int)Math.Max(request.ContentLength ?? 0, 4096));
        while (true)
        {
            int read = await request.Body.ReadAsync(buffer.GetMemory(4096), context.RequestAborted);
            if (read == 0)
            {
                return buffer.WrittenMemory;
            }

            buffer.Advance(read);
            if (buffer.WrittenCount > _options.BodyBytesMax)
            {
                throw new ProblemException(RestProblems.BodyTooLarge(_options.BodyBytesMax));
            }
        }
    }
}
