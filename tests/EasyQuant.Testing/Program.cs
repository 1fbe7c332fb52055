using EasyQuant.Testing;

if (args is not ["serve"])
{
    Console.Error.WriteLine("usage: EasyQuant.Testing serve\nStarts a PostgreSQL and a RabbitMQ for tests, prints their addresses as NAME=value lines and runs until its input closes.");
    return 1;
}

using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(120));
await using ServerPair pair = await ServerPair.StartAsync(durable: false, deadline.Token);
Console.WriteLine($"{TestServers.PostgresVariable}={pair.PostgresConnectionString}");
Console.WriteLine($"{TestServers.RabbitMqVariable}={pair.RabbitMqUri}");
Console.WriteLine($"{TestServers.ManagementVariable}={pair.ManagementUri}");
Console.Out.Flush();
while (await Console.In.ReadLineAsync() is not null)
{
}

return 0;
