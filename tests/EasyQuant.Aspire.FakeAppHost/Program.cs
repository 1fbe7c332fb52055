using EasyQuant.Aspire.FakeAppHost;
using Microsoft.Extensions.Configuration;

IDistributedApplicationBuilder builder = DistributedApplication.CreateBuilder(new DistributedApplicationOptions
{
    Args = args,
    DisableDashboard = !args.Contains("dashboard=true"),
    AllowUnsecuredTransport = true,
});
builder.Configuration["LocalHosting:ProjectDirectories"] = "files,!keys";
switch (builder.Configuration["shape"])
{
    case "programs":
        Programs.Describe(builder);
        break;
    case "stubborn":
        Programs.DescribeStubborn(builder);
        break;
    case "broken":
        Platform.DescribeBroken(builder);
        break;
    case "servers":
        Platform.DescribeServers(builder);
        break;
    case "port":
        builder.AddExecutable("listener", "sleep", ".", "600").WithHttpEndpoint(port: builder.Configuration.GetValue<int>("port"));
        break;
    default:
        Platform.Describe(builder);
        break;
}

builder.Build().Run();
