using EasyQuant.ServiceDefaults;
using EasyQuant.WorkflowService;

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.UseEasyQuantKestrel();
builder.AddWorkflow();
WebApplication app = builder.Build();
app.MapServiceDefaults();
app.MapWorkflow();
await app.RunAsync();
