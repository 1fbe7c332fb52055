using EasyQuant.RunnerService;
using EasyQuant.ServiceDefaults;

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.UseEasyQuantKestrel();
builder.AddRunner();

WebApplication app = builder.Build();
app.MapServiceDefaults();
await app.RunAsync();
