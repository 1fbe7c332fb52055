using EasyQuant.Interop.V1;

namespace EasyQuant.Interop.Tests.Fixtures;

/// <summary>The call that the echo service makes to another server while it handles a call itself.</summary>
public sealed class RelayClient(Echo.EchoClient client)
{
    public async Task<EchoReply> CallAsync(string key) => await client.UnaryAsync(new EchoRequest { Text = "wait:" + key });
}
