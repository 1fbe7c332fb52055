using System.Text;

namespace EasyQuant.Services.Tests.Gateway;

/// <summary>Every refusal of the REST interface with its exact body.</summary>
public sealed class RestErrorTests(GatewayFixture fixture) : IClassFixture<GatewayFixture>
{
    private const string FieldNames =
        "name, number, bigNumber, ratio, flag, blob, color, atTime, wait, maybe, free, anyValue, part, parts, tags, numbers, counts, partsByNumber, left, right";

    [Theory]
    [InlineData("""{"name":""", "The body is not valid JSON at line 1, byte 9: Expected depth to be zero at the end of the JSON payload. There is an open JSON object or array that should be closed.")]
    [InlineData("{\n\"a\" 1}", "The body is not valid JSON at line 2, byte 5: '1' is invalid after a property name. Expected a ':'.")]
    [InlineData("""{"flag":true,"flag":false}""", "The body is not valid JSON: Duplicate property 'flag' encountered during deserialization.")]
    [InlineData("nothing", "The body is not valid JSON at line 1, byte 2: 'nothing' is an invalid JSON literal. Expected the literal 'null'.")]
    [InlineData("", "The body is empty; a JSON object is required.")]
    public async Task Body_ThatIsNoJson_IsRefusedWithItsPlace(string body, string detail)
    {
        using HttpResponseMessage response = await fixture.Host.SendAsync(HttpMethod.Post, "/t/probes/a:preview", body);

        await ProblemAssert.EqualAsync(response, 400, Problem("JSON_MALFORMED", detail));
    }

    [Theory]
    [InlineData("""{"nmae":"a"}""", "/nmae", "UNKNOWN_FIELD", $"'nmae' is not a field of Probe; it has {FieldNames}.")]
    [InlineData("""{"parts":[{},{"inner":{"x~/y":1}}]}""", "/parts/1/inner/x~0~1y", "UNKNOWN_FIELD", "'x~/y' is not a field of Part; it has title, inner.")]
    [InlineData("""{"number":"abc"}""", "/number", "FIELD_TYPE", "/number must be a 32-bit integer, was the string 'abc'.")]
    [InlineData("""{"number":2147483648}""", "/number", "FIELD_TYPE", "/number must be a 32-bit integer, was the number 2147483648.")]
    [InlineData("""{"number":1.5}""", "/number", "FIELD_TYPE", "/number must be a 32-bit integer, was the number 1.5.")]
    [InlineData("""{"bigNumber":9007199254740993}""", "/bigNumber", "FIELD_TYPE", "/bigNumber must be a 64-bit integer, was the number 9007199254740993.")]
    [InlineData("""{"flag":"true"}""", "/flag", "FIELD_TYPE", "/flag must be true or false, was the string 'true'.")]
    [InlineData("""{"name":1}""", "/name", "FIELD_TYPE", "/name must be a string, was the number 1.")]
    [InlineData("""{"color":"RED"}""", "/color", "FIELD_TYPE", "/color must be one of COLOR_UNSPECIFIED, COLOR_RED, COLOR_BLUE, was the string 'RED'.")]
    [InlineData("""{"atTime":"yesterday"}""", "/atTime", "FIELD_TYPE", "/atTime must be an RFC 3339 time such as '2026-01-05T09:30:00Z', was the string 'yesterday'.")]
    [InlineData("""{"wait":5}""", "/wait", "FIELD_TYPE", "/wait must be a duration such as '1.5s', was the number 5.")]
    [InlineData("""{"blob":"!"}""", "/blob", "FIELD_TYPE", "/blob must be a base64 string, was the string '!'.")]
    [InlineData("""{"tags":"x"}""", "/tags", "FIELD_TYPE", "/tags must be an array, was the string 'x'.")]
    [InlineData("""{"tags":["x",null]}""", "/tags/1", "FIELD_TYPE", "/tags/1 must be a string, was null.")]
    [InlineData("""{"counts":{"k":"v"}}""", "/counts/k", "FIELD_TYPE", "/counts/k must be a 32-bit integer, was the string 'v'.")]
    [InlineData("""{"partsByNumber":{"k":{}}}""", "/partsByNumber/k", "FIELD_TYPE", "The key must be a 32-bit integer, was 'k'.")]
    [InlineData("""{"free":[]}""", "/free", "FIELD_TYPE", "/free must be an object, was an array.")]
    [InlineData("""{"left":"l","right":"r"}""", "/right", "FIELD_CONFLICT", "Only one of 'left' and 'right' may be set.")]
    [InlineData("""{"name":"b"}""", "/name", "PATH_MISMATCH", "name is 'b' in the body and 'a' in the path.")]
    [InlineData("[]", "", "FIELD_TYPE", "The body must be an object, was an array.")]
    public async Task Body_WithAFaultyField_NamesIt(string body, string pointer, string code, string detail)
    {
        // Rows write ' where the answer has an escaped quote.
        using HttpResponseMessage response = await fixture.Host.SendAsync(HttpMethod.Post, "/t/probes/a:preview", body);

        string expected = code == "FIELD_TYPE" && !detail.StartsWith("The key", StringComparison.Ordinal) ? detail.Replace("'", "\\\"", StringComparison.Ordinal) : detail;
        await ProblemAssert.EqualAsync(response, 400, Problem(code, expected, $$"""[{"pointer":"{{pointer}}","code":"{{code}}","detail":"{{expected}}"}]"""));
    }

    [Fact]
    public async Task Body_WithManyFaults_NamesAllAtOnce()
    {
        using HttpResponseMessage response = await fixture.Host.SendAsync(HttpMethod.Post, "/t/probes/a:preview", """{"number":true,"part":{"nope":1},"tags":{}}""");

        await ProblemAssert.EqualAsync(response, 400, Problem("FIELD_TYPE", "/number must be a 32-bit integer, was true.", """
            [{"pointer":"/number","code":"FIELD_TYPE","detail":"/number must be a 32-bit integer, was true."},
            {"pointer":"/part/nope","code":"UNKNOWN_FIELD","detail":"'nope' is not a field of Part; it has title, inner."},
            {"pointer":"/tags","code":"FIELD_TYPE","detail":"/tags must be an array, was an object."}]
            """));
    }

    [Theory]
    [InlineData("/t/probes/a?nope=1", "nope", "UNKNOWN_FIELD", "'nope' is not a query parameter of GetProbe.")]
    [InlineData("/t/probes/a?name=b", "name", "UNKNOWN_FIELD", "'name' is not a query parameter of GetProbe.")]
    [InlineData("/t/probes/a?number=x", "number", "FIELD_TYPE", "number must be a 32-bit integer, was 'x'.")]
    [InlineData("/t/probes/a?number=1&number=2", "number", "FIELD_TYPE", "number must be given once, was given 2 times.")]
    [InlineData("/t/probes/a?flag=1", "flag", "FIELD_TYPE", "flag must be true or false, was '1'.")]
    [InlineData("/t/probes/a?color=0", "color", "FIELD_TYPE", "color must be one of COLOR_UNSPECIFIED, COLOR_RED, COLOR_BLUE, was '0'.")]
    [InlineData("/t/probes/a?part=x", "part", "FIELD_TYPE", "part must be an object, was 'x'.")]
    public async Task Query_ThatDoesNotFit_NamesTheParameter(string path, string parameter, string code, string detail)
    {
        using HttpResponseMessage response = await fixture.Host.SendAsync(HttpMethod.Get, path);

        await ProblemAssert.EqualAsync(response, 400, Problem(code, detail, $$"""[{"parameter":"{{parameter}}","code":"{{code}}","detail":"{{detail}}"}]"""));
    }

    [Theory]
    [InlineData("InvalidArgument", 400, "Bad Request", "INVALID_ARGUMENT", "a text of the service")]
    [InlineData("FailedPrecondition", 400, "Bad Request", "FAILED_PRECONDITION", "a text of the service")]
    [InlineData("OutOfRange", 400, "Bad Request", "OUT_OF_RANGE", "a text of the service")]
    [InlineData("NotFound", 404, "Not Found", "NOT_FOUND", "a text of the service")]
    [InlineData("AlreadyExists", 409, "Conflict", "ALREADY_EXISTS", "a text of the service")]
    [InlineData("Aborted", 409, "Conflict", "ABORTED", "a text of the service")]
    [InlineData("PermissionDenied", 403, "Forbidden", "PERMISSION_DENIED", "a text of the service")]
    [InlineData("ResourceExhausted", 429, "Too Many Requests", "RESOURCE_EXHAUSTED", "a text of the service")]
    [InlineData("Unimplemented", 501, "Not Implemented", "UNIMPLEMENTED", "The service does not know this call.")]
    [InlineData("Unavailable", 503, "Service Unavailable", "SERVICE_UNAVAILABLE", "The service that answers this call cannot be reached now.")]
    [InlineData("Unknown", 500, "Internal Server Error", "INTERNAL", "The service failed unexpectedly; its log has the cause.")]
    [InlineData("DataLoss", 500, "Internal Server Error", "INTERNAL", "The service failed unexpectedly; its log has the cause.")]
    [InlineData("CRASH", 500, "Internal Server Error", "INTERNAL", "The service failed unexpectedly; its log has the cause.")]
    [InlineData("PANIC", 503, "Service Unavailable", "SERVICE_UNAVAILABLE", "The service cannot reach its database now.")]
    [InlineData("FILE", 503, "Service Unavailable", "SERVICE_UNAVAILABLE", "The service cannot reach its database now.")]
    [InlineData("PANIC-OTHER", 503, "Service Unavailable", "SERVICE_UNAVAILABLE", "The service cannot reach its database now.")]
    public async Task Failure_OfTheService_BecomesAProblem(string status, int expectedStatus, string title, string code, string detail)
    {
        using HttpResponseMessage response = await fixture.Host.SendAsync(HttpMethod.Get, $"/t/failures/{status}");

        await ProblemAssert.EqualAsync(response, expectedStatus, Problem(code, detail, null, expectedStatus, title));
    }

    [Fact]
    public async Task Failure_WithDetails_KeepsReasonFieldsAndMetadata()
    {
        using HttpResponseMessage response = await fixture.Host.SendAsync(HttpMethod.Get, "/t/failures/RICH");

        await ProblemAssert.EqualAsync(response, 400, """
            {"type":"urn:easyquant:error:PERIOD_EMPTY","title":"Bad Request","status":400,"detail":"The period is empty.","code":"PERIOD_EMPTY",
            "errors":[{"pointer":"/parts/1/title","detail":"is empty"},{"pointer":"/free/x","detail":"is odd"}],"metadata":{"days":"0"}}
            """);
    }

    [Fact]
    public async Task Failure_ThatPasses_SaysWhenToTryAgain()
    {
        using HttpResponseMessage response = await fixture.Host.SendAsync(HttpMethod.Get, "/t/failures/BUSY");

        Assert.Equal(TimeSpan.FromSeconds(3), response.Headers.RetryAfter!.Delta);
        await ProblemAssert.EqualAsync(response, 429, Problem("QUEUE_FULL", "The queue is full.", null, 429, "Too Many Requests"));
    }

    [Theory]
    [InlineData("GET", "/t/nothing", 404, "Not Found", "ROUTE_NOT_FOUND", "Nothing answers GET /t/nothing; /openapi/v1.json lists all routes.")]
    [InlineData("GET", "/api/v1/nope", 404, "Not Found", "ROUTE_NOT_FOUND", "Nothing answers GET /api/v1/nope; /openapi/v1.json lists all routes.")]
    [InlineData("DELETE", "/t/probes", 405, "Method Not Allowed", "METHOD_NOT_ALLOWED", "/t/probes takes GET, not DELETE.")]
    [InlineData("POST", "/easyquant.probe.v1.ProbeService/GetProbe", 415, "Unsupported Media Type", "CONTENT_TYPE_UNSUPPORTED",
        "/easyquant.probe.v1.ProbeService/GetProbe is a gRPC method; the content type must be application/grpc, was ''.")]
    public async Task Path_ThatNothingAnswers_IsAProblem(string method, string path, int status, string title, string code, string detail)
    {
        using HttpResponseMessage response = await fixture.Host.SendAsync(new HttpMethod(method), path);

        await ProblemAssert.EqualAsync(response, status, Problem(code, detail, null, status, title));
    }

    [Fact]
    public async Task Body_OfAnotherType_IsRefused()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/t/probes/a:preview") { Content = new StringContent("<a/>", Encoding.UTF8, "text/xml") };
        request.Headers.Add("x-api-key", fixture.Host.Key);
        using HttpResponseMessage response = await fixture.Host.Http.SendAsync(request);

        await ProblemAssert.EqualAsync(
            response, 415, Problem("CONTENT_TYPE_UNSUPPORTED", "The content type must be application/json, was 'text/xml; charset=utf-8'.", null, 415, "Unsupported Media Type"));
    }

    [Fact]
    public async Task Body_WhereNoneBelongs_IsRefused()
    {
        using HttpResponseMessage response = await fixture.Host.SendAsync(HttpMethod.Get, "/t/probes/a", "{}");

        await ProblemAssert.EqualAsync(response, 400, Problem("BODY_UNEXPECTED", "GET /t/probes/{name} takes no body."));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Body_LargerThanTheLimit_IsRefused(bool hasLength)
    {
        await using GatewayHost host = await GatewayHost.StartAsync(null, ("Gateway:Rest:BodyBytesMax", "4096"));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/t/probes/a:preview");
        request.Content = new StringContent("{\"name\":\"" + new string('x', 8192) + "\"}", Encoding.UTF8, "application/json");
        request.Headers.TransferEncodingChunked = !hasLength;
        request.Headers.Add("x-api-key", host.Key);
        using HttpResponseMessage response = await host.Http.SendAsync(request);

        await ProblemAssert.EqualAsync(response, 413, """
            {"type":"urn:easyquant:error:BODY_TOO_LARGE","title":"Payload Too Large","status":413,"detail":"The body is larger than 4096 bytes.","code":"BODY_TOO_LARGE","metadata":{"bytesMax":"4096"}}
            """);
    }

    [Fact]
    public async Task Body_NestedTooDeep_IsRefused()
    {
        string bomb = "{\"free\":" + string.Concat(Enumerable.Repeat("{\"a\":", 70)) + "1" + new string('}', 71);
        using HttpResponseMessage response = await fixture.Host.SendAsync(HttpMethod.Post, "/t/probes/a:preview", bomb);

        Assert.Equal(400, (int)response.StatusCode);
        Assert.Contains("JSON_MALFORMED", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("abc")]
    [InlineData("301")]
    [InlineData("1e2")]
    public async Task Timeout_OutOfBounds_IsRefused(string timeout)
    {
        using HttpResponseMessage response = await fixture.Host.SendAsync(HttpMethod.Get, "/t/probes/a", headers: [("x-timeout", timeout)]);

        string detail = $"x-timeout must be seconds from 0.001 to 300, was '{timeout}'.";
        await ProblemAssert.EqualAsync(response, 400, Problem("TIMEOUT_INVALID", detail, $$"""[{"parameter":"x-timeout","code":"TIMEOUT_INVALID","detail":"{{detail}}"}]"""));
    }

    private static string Problem(string code, string detail, string? errors = null, int status = 400, string title = "Bad Request") =>
        $$"""{"type":"urn:easyquant:error:{{code}}","title":"{{title}}","status":{{status}},"detail":"{{detail}}","code":"{{code}}"{{(errors is null ? "" : $",\"errors\":{errors}")}}}""";
}
