using System.Text;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace EasyQuant.Gateway.Rest;

/// <summary>Builds the request message of an RPC from body, query and path of an HTTP request. Thread-safe.</summary>
/// <param name="binding">The HTTP form.</param>
internal sealed class RequestBinder(RestBinding binding)
{
    private const int SentenceCharsMax = 200;
    private static readonly JsonDocumentOptions s_json = new() { MaxDepth = RestJson.DepthMax, AllowDuplicateProperties = false };

    /// <summary>Builds the message. The path wins over nothing: a body that says something else is refused.</summary>
    /// <param name="route">Values of the route parameters.</param>
    /// <param name="query">The query.</param>
    /// <param name="body">The body, UTF-8; ignored when the binding takes none.</param>
    /// <returns>The message.</returns>
    /// <exception cref="ProblemException">Status 400 with every fault that was found.</exception>
    public IMessage Bind(RouteValueDictionary route, IQueryCollection query, ReadOnlyMemory<byte> body)
    {
        IMessage request = binding.HasBody ? BindBody(body) : Empty(binding.Method.InputType);
        var problems = new List<FieldProblem>();
        BindQuery(request, query, problems);
        foreach ((PathVariable variable, FieldPath field) in binding.PathFields)
        {
            BindPath(request, field, variable.ValueOf(route), problems);
        }

        return problems.Count == 0 ? request : throw new ProblemException(Problem.OfFields(problems));
    }

    private IMessage BindBody(ReadOnlyMemory<byte> body)
    {
        if (body.IsEmpty)
        {
            throw Malformed("The body is empty; a JSON object is required.");
        }

        MessageDescriptor message = binding.Method.InputType;
        try
        {
            using JsonDocument json = JsonDocument.Parse(body, s_json);
            IReadOnlyList<FieldProblem> problems = binding.BodyField is { } bodyField
                ? JsonShape.Check(json.RootElement, bodyField)
                : JsonShape.Check(json.RootElement, message);
            if (problems.Count > 0)
            {
                throw new ProblemException(Problem.OfFields(problems));
            }
        }
        catch (JsonException exception)
        {
            string place = exception.LineNumber is null ? "" : $" at line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}";
            throw Malformed($"The body is not valid JSON{place}: {Sentence(exception.Message)}");
        }

        string text = Encoding.UTF8.GetString(body.Span);
        try
        {
            return RestJson.Parser.Parse(binding.BodyField is { } field ? $"{{\"{field.JsonName}\":{text}}}" : text, message);
        }
        catch (InvalidProtocolBufferException exception)
        {
            // JsonShape should have found it; whatever it missed is still the caller's to mend.
            var problem = new FieldProblem("", null, "FIELD_TYPE", $"The body is not a {message.Name}: {exception.Message}");
            throw new ProblemException(Problem.OfFields([problem]));
        }
    }

    private void BindQuery(IMessage request, IQueryCollection query, List<FieldProblem> problems)
    {
        foreach (string name in query.Keys.Order(StringComparer.Ordinal).Take(JsonShape.ProblemsMax))
        {
            bool takesQuery = !binding.HasBody || binding.BodyField is not null;
            FieldPath? path = takesQuery ? FieldPath.Resolve(binding.Method.InputType, name) : null;
            bool isTaken = path is not null && (path.Field == binding.BodyField || binding.PathFields.Any(p => p.Field.JsonPath == path.JsonPath));
            if (path is null || isTaken || path.Field.IsMap)
            {
                problems.Add(new FieldProblem(null, FieldText.Show(name), "UNKNOWN_FIELD", $"'{FieldText.Show(name)}' is not a query parameter of {binding.Method.Name}."));
            }
            else if (path.Set(request, query[name]) is { } fault)
            {
                problems.Add(new FieldProblem(null, name, "FIELD_TYPE", $"{name} {fault}."));
            }
        }
    }

    private void BindPath(IMessage request, FieldPath field, string text, List<FieldProblem> problems)
    {
        object? before = binding.HasBody ? field.Get(request) : null;
        if (field.Set(request, [text]) is { } fault)
        {
            problems.Add(new FieldProblem(null, field.JsonPath, "FIELD_TYPE", $"{field.JsonPath} {fault}."));
            return;
        }

        bool isSet = before is not (null or "" or 0 or 0L or false);
        if (isSet && !Equals(before, field.Get(request)))
        {
            problems.Add(new FieldProblem(
                "/" + field.JsonPath.Replace('.', '/'), null, "PATH_MISMATCH", $"{field.JsonPath} is '{FieldText.Show(before!.ToString())}' in the body and '{FieldText.Show(text)}' in the path."));
        }
    }

    private static IMessage Empty(MessageDescriptor message) => message.Parser.ParseFrom(ByteString.Empty);

    private static ProblemException Malformed(string detail) => new(new Problem(StatusCodes.Status400BadRequest, "JSON_MALFORMED", detail));

    // The reader appends its own position, which the sentence before has already given.
    private static string Sentence(string message)
    {
        int position = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        string sentence = position < 0 ? message : message[..position];
        return sentence.Length <= SentenceCharsMax ? sentence : sentence[..SentenceCharsMax] + "…";
    }
}
