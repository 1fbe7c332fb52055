using EasyQuant.ServiceDefaults;
using Npgsql;
using RabbitMQ.Client;

// A service that cannot start, and says why.
if (Environment.GetEnvironmentVariable("BROKEN") is { Length: > 0 } reason)
{
    Console.Error.WriteLine(reason);
    return 7;
}

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
builder.UseEasyQuantKestrel();
builder.AddServiceDefaults();
builder.AddNpgsqlDataSource("database");
builder.AddRabbitMQClient("messaging");
WebApplication app = builder.Build();
app.MapServiceDefaults();
app.MapGet("/user", () => Environment.UserName);
app.MapGet("/env/{name}", (string name) => Environment.GetEnvironmentVariable(name) ?? "");
app.MapGet("/ready/{id}", async (string id, NpgsqlDataSource database, IConnection messaging) =>
{
    await using NpgsqlCommand command = database.CreateCommand("SELECT version()");
    return $"{id} {messaging.IsOpen} {await command.ExecuteScalarAsync()}";
});
app.MapPost("/crash", () => Environment.Exit(3));
app.Run();
return 0;
