using EasyQuant.SchedulerService;
using EasyQuant.ServiceDefaults;

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
builder.UseEasyQuantKestrel();
builder.AddServiceDefaults();
builder.AddScheduler();
WebApplication app = builder.Build();
app.MapServiceDefaults();
app.MapScheduler();
await app.RunAsync();
