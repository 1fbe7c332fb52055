using EasyQuant.MonitorService;
using EasyQuant.ServiceDefaults;

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
builder.UseEasyQuantKestrel();
builder.AddServiceDefaults();
builder.AddMonitor();
WebApplication app = builder.Build();
app.MapServiceDefaults();
app.MapMonitor();
await app.RunAsync();
