using EasyQuant.BacktestService;
using EasyQuant.ServiceDefaults;

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
builder.UseEasyQuantKestrel();
builder.AddServiceDefaults();
builder.AddBacktest();
WebApplication app = builder.Build();
app.MapServiceDefaults();
app.MapBacktest();
await app.RunAsync();
