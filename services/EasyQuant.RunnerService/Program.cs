using EasyQuant.RunnerService;
using EasyQuant.RunnerService.Processes;
using EasyQuant.ServiceDefaults;

if (args is [ItemProgram.Argument])
{
    return await ItemProgram.RunAsync();
}

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.UseEasyQuantKestrel();
builder.AddRunner();

WebApplication app = builder.Build();
app.MapServiceDefaults();
await app.RunAsync();
return 0;
