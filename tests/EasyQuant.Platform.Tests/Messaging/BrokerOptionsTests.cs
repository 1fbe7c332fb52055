using EasyQuant.Messaging;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace EasyQuant.Platform.Tests.Messaging;

public sealed class BrokerOptionsTests
{
    [Fact]
    public void Options_NothingSet_AreTheDefaults()
    {
        using ServiceProvider provider = Provider();
        provider.GetRequiredService<IStartupValidator>().Validate();
        Assert.Equal(TimeSpan.FromSeconds(5), provider.GetRequiredService<BrokerOptions>().ConfirmTimeout);
    }

    [Fact]
    public void Options_SetInTheirSection_AreTaken()
    {
        using ServiceProvider provider = Provider(("Broker:CommandTimeout", "00:00:02"), ("Broker:WatchdogInterval", "00:00:00.500"), ("Broker:WindowMax", "7"));
        provider.GetRequiredService<IStartupValidator>().Validate();
        BrokerOptions options = provider.GetRequiredService<BrokerOptions>();
        Assert.Equal((TimeSpan.FromSeconds(2), TimeSpan.FromMilliseconds(500), 7), (options.CommandTimeout, options.WatchdogInterval, options.WindowMax));
    }

    [Theory]
    [InlineData("CommandTimeout", "00:00:00")]
    [InlineData("ConfirmTimeout", "00:01:01")]
    [InlineData("WatchdogInterval", "00:00:00.050")]
    [InlineData("Heartbeat", "00:00:00.999")]
    [InlineData("WindowMax", "0")]
    [InlineData("WindowMax", "10001")]
    [InlineData("ReconnectDelayMax", "1.00:00:00")]
    public void Options_OutOfRange_EndTheStartAndNameTheSetting(string setting, string value)
    {
        using ServiceProvider provider = Provider(($"Broker:{setting}", value));
        OptionsValidationException refused = Assert.Throws<OptionsValidationException>(provider.GetRequiredService<IStartupValidator>().Validate);
        Assert.Contains($"The field {setting} must be between", refused.Message, StringComparison.Ordinal);
    }

    private static ServiceProvider Provider(params (string Key, string Value)[] settings) => new ServiceCollection()
        .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(s => s.Key, s => (string?)s.Value)).Build())
        .AddBrokerOptions()
        .BuildServiceProvider();
}
