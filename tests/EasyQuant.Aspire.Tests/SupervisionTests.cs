using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace EasyQuant.Aspire.Tests;

/// <summary>What happens to a service that ends each time it is started.</summary>
[Collection("hosting")]
public sealed class SupervisionTests
{
    private const string Reason = "ended with exit code 7, 10 times in a row; it is not started again.";
    private const string Said = "the settings are missing";

    [Fact]
    public async Task Project_CrashesTenTimesInARow_IsGivenUpWithItsReasonUntilSomebodyStartsIt()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        CancellationToken token = deadline.Token;
        IDistributedApplicationTestingBuilder builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.EasyQuant_Aspire_FakeAppHost>(
            ["--shape=broken", "--LocalHosting:RestartDelay=00:00:00.001"], token);
        await using DistributedApplication app = await builder.BuildAsync(token);
        await app.StartAsync(token);

        ResourceEvent given = await app.ResourceNotifications.WaitForResourceAsync(
            "broken", change => change.Snapshot.State?.Text == KnownResourceStates.FailedToStart, token);

        Assert.Equal((KnownResourceStateStyles.Error, 7), (given.Snapshot.State?.Style, given.Snapshot.ExitCode));
        string[] log = await ReadUntilAsync(app, given.ResourceId, Reason, token);
        Assert.Equal(10, log.Count(line => line == Said));
        string[] pauses = [.. log.Where(line => line.Contains("started again in", StringComparison.Ordinal)).Select(line => line.Split(' ')[^2])];
        Assert.Equal(["0.001", "0.002", "0.004", "0.008", "0.016", "0.032", "0.064", "0.128", "0.256"], pauses);
        ResourceEvent waiter = await app.ResourceNotifications.WaitForResourceAsync(
            "waiter", change => change.Snapshot.State?.Text == KnownResourceStates.FailedToStart, token);
        await ReadUntilAsync(app, waiter.ResourceId, "waits for 'broken', which is in state FailedToStart with exit code 7.", token);

        // A person who mends the cause starts it by hand, and it has ten tries again.
        Assert.True((await app.ResourceCommands.ExecuteCommandAsync("broken", "start", token)).Success);
        await app.ResourceNotifications.WaitForResourceAsync(
            "broken",
            change => change.Snapshot.State?.Text == KnownResourceStates.FailedToStart && change.Snapshot.StopTimeStamp != given.Snapshot.StopTimeStamp,
            token);
    }

    [Theory]
    [InlineData("00:00:00")]
    [InlineData("00:00:31")]
    public async Task RestartDelay_OutOfItsRange_IsRefused(string delay)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        IDistributedApplicationTestingBuilder builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.EasyQuant_Aspire_FakeAppHost>(
            ["--shape=broken", "--LocalHosting:RestartDelay=" + delay], deadline.Token);

        DistributedApplicationException refused = await Assert.ThrowsAsync<DistributedApplicationException>(() => builder.BuildAsync(deadline.Token));

        Assert.Equal($"LocalHosting:RestartDelay is a time from 00:00:00.001 to 00:00:30, got {delay}.", refused.Message);
    }

    /// <summary>Reads a log up to a line; returns the lines before it.</summary>
    private static async Task<string[]> ReadUntilAsync(DistributedApplication app, string resourceId, string text, CancellationToken cancellationToken)
    {
        List<string> before = [];
        await foreach (IReadOnlyList<LogLine> lines in app.Services.GetRequiredService<ResourceLoggerService>().WatchAsync(resourceId).WithCancellation(cancellationToken))
        {
            foreach (LogLine line in lines)
            {
                if (line.Content.Contains(text, StringComparison.Ordinal))
                {
                    return [.. before];
                }

                before.Add(line.Content[(line.Content.IndexOf(' ', StringComparison.Ordinal) + 1)..]);
            }
        }

        throw new InvalidOperationException($"'{text}' is not in the log of {resourceId}:\n{string.Join('\n', before)}");
    }
}
