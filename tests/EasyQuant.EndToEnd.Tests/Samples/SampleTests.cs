using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace EasyQuant.EndToEnd.Samples;

/// <summary>The two samples give the expected numbers through every interface, and all rows of all tables are the same in each.</summary>
[Collection(PlatformCollection.Name)]
public sealed class SampleTests(PlatformFixture platform)
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(6);

    // The first interface that ran; the others must agree with it to the last digit.
    private static readonly ConcurrentDictionary<string, (string Interface, string Outputs)> s_first = new();

    [Theory]
    [InlineData("daily-pipeline", "grpc")]
    [InlineData("daily-pipeline", "rest")]
    [InlineData("daily-pipeline", "grpc-js")]
    [InlineData("daily-pipeline", "python")]
    [InlineData("sma-sweep", "grpc")]
    [InlineData("sma-sweep", "rest")]
    [InlineData("sma-sweep", "grpc-js")]
    [InlineData("sma-sweep", "python")]
    [InlineData("sma-sweep", "eq run")]
    public async Task Sample_ThroughAnInterface_GivesTheExpectedNumbers(string sample, string name)
    {
        using CancellationTokenSource deadline = new(s_deadline);

        JsonObject outputs = await new SampleInterfaces(platform).RunAsync(name, sample, deadline.Token);

        ExpectedNumbers.Check(sample, outputs);
        string canonical = ExpectedNumbers.Canonical(outputs);
        (string first, string expected) = s_first.GetOrAdd(sample, (name, canonical));
        Assert.True(expected == canonical, $"{sample}: {name} differs from {first}: {Difference(expected, canonical)}");
    }

    private static string Difference(string expected, string actual)
    {
        int at = Enumerable.Range(0, Math.Min(expected.Length, actual.Length)).FirstOrDefault(i => expected[i] != actual[i], Math.Min(expected.Length, actual.Length));
        int start = Math.Max(0, at - 80);
        return $"expected ...{expected[start..Math.Min(expected.Length, at + 80)]}..., got ...{actual[start..Math.Min(actual.Length, at + 80)]}...";
    }
}
