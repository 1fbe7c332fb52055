using EasyQuant.Gateway;
using EasyQuant.ServiceDefaults;

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.UseEasyQuantKestrel();
builder.AddGateway();
WebApplication app = builder.Build();
app.MapGateway();
await app.RunAsync();
