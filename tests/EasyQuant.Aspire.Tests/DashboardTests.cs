using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace EasyQuant.Aspire.Tests;

/// <summary>The official dashboard in a browser: what its pages show of a running application, and that its buttons work.</summary>
[Collection("hosting")]
public sealed class DashboardTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(8);
    private static readonly string[] s_browserArguments =
    [
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ];

    [Fact]
    public async Task Pages_OfARunningApplication_ShowItAndTheirButtonsWork()
    {
        using var deadline = new CancellationTokenSource(s_limit);
        await using var appHost = new AppHostProcess(user: null);
        await appHost.StartAsync(deadline.Token, "dashboard=true", "--ASPIRE_DASHBOARD_PATH=" + Program());
        string login = appHost.Endpoints["DASHBOARD_URL"];
        string root = login[..login.IndexOf("/login", StringComparison.Ordinal)];
        string secret = await CallAsync(appHost, root, deadline.Token);

        using IPlaywright playwright = await Playwright.CreateAsync();
        await using IBrowser browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = "/usr/bin/chromium", Args = s_browserArguments });
        IPage page = await browser.NewPageAsync(new BrowserNewPageOptions { ViewportSize = new ViewportSize { Width = 1500, Height = 900 } });
        page.SetDefaultTimeout(45_000);
        await page.GotoAsync(login);
        await AssertResourcesAsync(page);
        await AssertDetailsAsync(page, root, secret);
        await AssertPagesAsync(page, root);
        await AssertButtonsAsync(page, root, appHost, deadline.Token);
    }

    private static async Task<string> CallAsync(AppHostProcess appHost, string root, CancellationToken cancellationToken)
    {
        string id = Guid.NewGuid().ToString("N");
        using var client = new HttpClient();
        await client.GetStringAsync($"{appHost.Endpoints["ECHO_HTTP_URL"]}/ready/{id}", cancellationToken);
        string secret = await client.GetStringAsync($"{appHost.Endpoints["ECHO_HTTP_URL"]}/env/SECRET", cancellationToken);
        client.DefaultRequestHeaders.Add("x-api-key", appHost.Endpoints["DASHBOARD_API_KEY"]);
        client.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        string spans;
        do
        {
            await Task.Delay(200, cancellationToken);
            spans = await client.GetStringAsync($"{root}/api/telemetry/spans?limit=500", cancellationToken);
        }
        while (!spans.Contains(id, StringComparison.Ordinal));

        Assert.Contains("SELECT version()", spans, StringComparison.Ordinal);
        Assert.DoesNotContain("\"SELECT 1\"", spans, StringComparison.Ordinal);
        return secret;
    }

    private static async Task AssertResourcesAsync(IPage page)
    {
        foreach (string name in new[] { "postgres", "database", "caller", "messaging" })
        {
            await Row(page, name).GetByText("Running").First.WaitForAsync();
        }

        ILocator echo = page.GetByRole(AriaRole.Row).Filter(new LocatorFilterOptions { HasTextRegex = new Regex("echo-[a-z0-9]{8}") });
        await echo.Nth(1).WaitForAsync();
        Assert.Equal(2, await echo.CountAsync());
        await Row(page, "caller").GetByText(new Regex("^http://127")).First.WaitForAsync();
        await SaveAsync(page, "resources");
    }

    private static async Task AssertDetailsAsync(IPage page, string root, string secret)
    {
        await page.GotoAsync(root + "/");
        await page.GetByRole(AriaRole.Row).Filter(new LocatorFilterOptions { HasTextRegex = new Regex("echo-[a-z0-9]{8}") }).First.GetByText(new Regex("^echo-")).First.ClickAsync();
        foreach (string text in new[] { "SECRET", "ConnectionStrings__database", "echo_http_/health_200_check", "Back references" })
        {
            await page.GetByText(text, new PageGetByTextOptions { Exact = true }).First.WaitForAsync();
        }

        // Below the fold of a list of addresses.
        await page.GetByText("Handbook").First.WaitForAsync(new LocatorWaitForOptions { State = WaitForSelectorState.Attached });

        await page.GetByText(new Regex("Healthy")).First.WaitForAsync(new LocatorWaitForOptions { State = WaitForSelectorState.Attached });
        Assert.DoesNotContain(secret, await page.ContentAsync(), StringComparison.Ordinal);
        await SaveAsync(page, "details");
    }

    private static async Task AssertPagesAsync(IPage page, string root)
    {
        await AssertPageAsync(page, root + "/consolelogs/resource/caller", "Application started.", "console");
        await page.GotoAsync(root + "/");
        ILocator replicas = page.GetByRole(AriaRole.Row).Filter(new LocatorFilterOptions { HasTextRegex = new Regex("echo-[a-z0-9]{8}") });
        await replicas.Nth(1).WaitForAsync();
        string[] names = [.. (await replicas.AllInnerTextsAsync()).Select(text => Regex.Match(text, "echo-[a-z0-9]{8}").Value)];
        Assert.Equal(2, names.Distinct().Count());
        foreach (string name in names)
        {
            await AssertPageAsync(page, $"{root}/consolelogs/resource/{name}", "Application started.", "console-of-a-replica");
        }

        await AssertPageAsync(page, root + "/structuredlogs", "Application started.", "structured-logs");
        await AssertPageAsync(page, root + "/traces", "GET /ready/{id}", "traces");
        await AssertPageAsync(page, root + "/metrics/resource/caller", "http.server.request.duration", "metrics");
        await AssertPageAsync(page, root + "/?view=Parameters", "postgres-password", "parameters");
        await AssertPageAsync(page, root + "/?view=Graph", "messaging", "graph");
    }

    private static async Task AssertPageAsync(IPage page, string address, string text, string picture)
    {
        await page.GotoAsync(address);
        await page.GetByText(text).First.WaitForAsync();
        await SaveAsync(page, picture);
    }

    private static async Task AssertButtonsAsync(IPage page, string root, AppHostProcess appHost, CancellationToken cancellationToken)
    {
        await page.GotoAsync(root + "/");
        ILocator row = Row(page, "caller");
        await row.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Stop" }).First.ClickAsync();
        await row.GetByText("Exited").First.WaitForAsync();
        await SaveAsync(page, "stopped");
        await row.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Start" }).First.ClickAsync();
        await row.GetByText("Running").First.WaitForAsync();
        IReadOnlyList<int> before = appHost.ReadStarted();
        await ChooseAsync(page, root, row, "Restart");
        while (appHost.ReadStarted().All(before.Contains))
        {
            await Task.Delay(100, cancellationToken);
        }

        await row.GetByText("Running").First.WaitForAsync();
        ILocator echo = page.GetByRole(AriaRole.Row).Filter(new LocatorFilterOptions { HasTextRegex = new Regex("echo-[a-z0-9]{8}") }).First;
        await ChooseAsync(page, root, echo, "Greet");
        await SaveAsync(page, "greeted");
    }

    // The dashboard's menu now and then opens before its script has come; then the dashboard ends the page ("AnchoredRegion module is required") and
    // asks the person to load it again.
    private static async Task ChooseAsync(IPage page, string root, ILocator row, string command)
    {
        ILocator ended = page.Locator("#blazor-error-ui:visible");
        ILocator item = page.GetByRole(AriaRole.Menuitem, new PageGetByRoleOptions { Name = command }).First;
        ILocator succeeded = page.GetByText(new Regex($"\"?{command}\"? succeeded")).First;
        for (int loads = 0; loads < 8; loads++)
        {
            await page.GotoAsync(root + "/");
            await row.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Actions" }).First.ClickAsync();
            await item.Or(ended).First.WaitForAsync();
            if (!await ended.IsVisibleAsync())
            {
                await item.ClickAsync();
                await succeeded.Or(ended).First.WaitForAsync();
                if (await succeeded.IsVisibleAsync())
                {
                    return;
                }
            }
        }

        Assert.Fail($"The dashboard ended its page eight times before '{command}' could be chosen.");
    }

    private static ILocator Row(IPage page, string name) =>
        page.GetByRole(AriaRole.Row).Filter(new LocatorFilterOptions { Has = page.GetByText(name, new PageGetByTextOptions { Exact = true }) }).First;

    private static Task SaveAsync(IPage page, string name) =>
        page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(AppContext.BaseDirectory, "screenshots", name + ".png") });

    // Where run.sh and test.sh install it, or where an installed Aspire CLI has it.
    private static string Program()
    {
        const string installed = "dashboard/bundle/managed/aspire-managed";
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        string?[] candidates =
        [
            Environment.GetEnvironmentVariable("ASPIRE_DASHBOARD_PATH"),
            Path.Combine("/var/lib/easyquant", installed),
            Path.Combine(Environment.GetEnvironmentVariable("XDG_STATE_HOME") ?? Path.Combine(home, ".local", "state"), "easyquant", installed),
            Path.Combine(home, ".aspire", "bundle", "managed", "aspire-managed"),
        ];
        return candidates.FirstOrDefault(File.Exists)
            ?? throw new InvalidOperationException("The Aspire dashboard is not installed: ./run.sh and ./test.sh install it from npm; or set ASPIRE_DASHBOARD_PATH to aspire-managed.");
    }
}
