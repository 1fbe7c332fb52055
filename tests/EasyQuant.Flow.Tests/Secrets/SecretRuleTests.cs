using System.Text;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;

namespace EasyQuant.Flow.Tests.Secrets;

public sealed class SecretRuleTests
{
    [Theory]
    [InlineData("""{"secret":"broker-token"}""", true)]
    [InlineData("""{"secret":"broker-token","prefix":"Bearer "}""", true)]
    [InlineData("""{"secret":"Broker Token"}""", false)]
    [InlineData("""{"secret":"${inputs.name}"}""", false)]
    [InlineData("""{"secret":7}""", false)]
    [InlineData("""{"secret":"a","prefix":"${inputs.x}"}""", false)]
    [InlineData("""{"secret":"a","prefix":"x\r\ny"}""", false)]
    [InlineData("""{"secret":"a","prefix":null}""", false)]
    [InlineData("""{"secret":"a","value":"b"}""", false)]
    [InlineData("{}", false)]
    public void Reference_AsWritten_IsReadOrRefused(string json, bool isRead)
    {
        Assert.Equal(isRead, SecretReference.TryRead((JsonObject)JsonNode.Parse(json)!, out SecretReference? reference, out string? error));
        Assert.Equal(isRead, reference is not null && error is null);
    }

    [Fact]
    public void Definition_WithABadReference_NamesTheHeader()
    {
        var schema = (JsonObject)JsonNode.Parse("""{"type":"object","properties":{"headers":{"x-template":true,"x-secrets":true},"body":{"x-template":true}},"additionalProperties":false}""")!;
        var errors = new List<FlowError>();

        SchemaValidator.Validate(
            schema, JsonNode.Parse("""{"headers":{"A":{"secret":"ok"},"B":{"secret":"Not ok"},"C":"text"},"body":{"D":{"secret":"Not ok"}}}"""), "/params", "n", allowExpressions: true, errors);

        FlowError error = Assert.Single(errors);
        Assert.Equal(("PARAMETER_TYPE", "/params/headers/B"), (error.Reason, error.Pointer));
    }

    [Theory]
    [InlineData("api.broker.com", "https://api.broker.com/x", true)]
    [InlineData("api.broker.com", "https://API.broker.com:8443/x", true)]
    [InlineData("api.broker.com:8443", "https://api.broker.com:8443/x", true)]
    [InlineData("api.broker.com:8443", "https://api.broker.com/x", false)]
    [InlineData("broker.com", "https://api.broker.com/", false)]
    [InlineData("api.broker.com", "https://api.broker.com.evil.example/", false)]
    [InlineData("[::1]:8080", "http://[::1]:8080/", true)]
    [InlineData("[::1]", "http://[::1]:8080/", true)]
    [InlineData("127.0.0.1", "http://127.0.0.2/", false)]
    public void Host_OfAUrl_IsAllowedOrNot(string host, string url, bool isAllowed)
    {
        Assert.True(SecretHosts.IsHost(host));
        Assert.Equal(isAllowed, SecretHosts.Allow([host], new Uri(url)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("A.com")]
    [InlineData("a.com:")]
    [InlineData("a.com:70000")]
    [InlineData("a.com:-1")]
    [InlineData("::1")]
    [InlineData("[::1")]
    [InlineData("http://a.com")]
    [InlineData("*.a.com")]
    [InlineData("a:b:1")]
    public void Host_InAnotherForm_IsNone(string host) => Assert.False(SecretHosts.IsHost(host));

    [Fact]
    public void Mask_OfAnyTextThatHoldsValues_LeavesNoneAndTextAndBytesAgree() => Prop.ForAll(
        Gen.Choose(0, int.MaxValue).ToArbitrary(),
        seed =>
        {
            var random = new Random(seed);
            var mask = new SecretMask();
            // Few letters, so that values overlap each other and the text around them.
            string[] values = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Letters(random, random.Next(2, 6)))];
            Array.ForEach(values, mask.Add);
            string text = string.Concat(Enumerable.Range(0, 5).Select(_ => Letters(random, random.Next(0, 4)) + values[random.Next(values.Length)]));

            string shown = mask.Apply(text);
            string json = mask.Apply(new JsonObject { ["a"] = new JsonArray(text) })!["a"]![0]!.GetValue<string>();
            return values.All(value => !shown.Contains(value, StringComparison.Ordinal))
                && json == shown
                && Encoding.UTF8.GetString(mask.Apply(Encoding.UTF8.GetBytes(text))) == shown;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Mask_OfOverlappingValues_LeavesNothingOfEither()
    {
        var mask = new SecretMask();
        mask.Add("secret-one");
        mask.Add("secret-one-and-more");

        Assert.Equal("a *** b *** c", mask.Apply("a secret-one-and-more b secret-one c"));
        Assert.Equal("***x***", Encoding.UTF8.GetString(mask.Apply("secret-onexsecret-one-and-more"u8.ToArray())));
    }

    [Fact]
    public void Mask_OfAnExceptionWhoseCauseShowsAValue_DropsTheCauseAndKeepsTheReason()
    {
        var mask = new SecretMask();
        mask.Add("secret-one");
        var fault = new NodeException("SOME_REASON", "It broke.", transient: true, new InvalidOperationException("because of secret-one"));

        var shown = Assert.IsType<NodeException>(mask.Apply(fault));

        Assert.Equal(("SOME_REASON", "It broke.", true), (shown.Reason, shown.Message, shown.IsTransient));
        Assert.DoesNotContain("secret-one", shown.ToString(), StringComparison.Ordinal);
        var other = new InvalidOperationException("harmless");
        Assert.Same(other, mask.Apply((Exception)other));
    }

    [Fact]
    public void Mask_WithManyValues_ForgetsTheOldest()
    {
        var mask = new SecretMask();
        for (int i = 0; i <= SecretMask.ValuesMax; i++)
        {
            mask.Add($"value-{i:D6}");
        }

        Assert.Equal("value-000000 *** ***", mask.Apply($"value-000000 value-000001 value-{SecretMask.ValuesMax:D6}"));
    }

    private static string Letters(Random random, int count) => string.Concat(Enumerable.Range(0, count).Select(_ => "ab"[random.Next(2)]));
}
