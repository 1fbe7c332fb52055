using System.Net;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using EasyQuant.Gateway.OpenApi;
using EasyQuant.Gateway.Rest;

namespace EasyQuant.Gateway.Pages;

/// <summary>The pages that need no key: the landing page with its style and icon, the API description, the .proto files.</summary>
internal static class PageEndpoints
{
    /// <summary>Setting with the address of the Aspire dashboard, which the landing page links to; may be missing.</summary>
    public const string DashboardSetting = "EASYQUANT_DASHBOARD_URL";

    private const string Html = "text/html; charset=utf-8";
    private static readonly JsonSerializerOptions s_json = new()
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Maps the pages, each at its exact path.</summary>
    /// <param name="app">The Gateway.</param>
    /// <param name="contracts">Assembly with the .proto files.</param>
    /// <param name="bindings">The REST routes.</param>
    public static void MapPages(this WebApplication app, Assembly contracts, IReadOnlyList<RestBinding> bindings)
    {
        IReadOnlyList<(string Path, string Text)> protos = ProtoArchive.Read(contracts);
        string openApi = OpenApiDocument.Write(bindings, new ProtoComments(protos.Select(p => p.Text))).ToJsonString(s_json);
        string landing = Resource("index.html").Replace("{{dashboard}}", DashboardCard(app.Configuration[DashboardSetting]), StringComparison.Ordinal);
        app.MapGet("/", (HttpContext context) =>
        {
            string host = WebUtility.HtmlEncode(context.Request.Host.Value ?? "");
            return WriteAsync(context, Html, Encoding.UTF8.GetBytes(landing.Replace("{{host}}", host, StringComparison.Ordinal)));
        }).AllowAnonymous();
        Map(app, "/site.css", "text/css; charset=utf-8", Encoding.UTF8.GetBytes(Resource("site.css")));
        Map(app, "/favicon.svg", "image/svg+xml", Encoding.UTF8.GetBytes(Resource("favicon.svg")));
        Map(app, "/openapi/v1.json", "application/json; charset=utf-8", Encoding.UTF8.GetBytes(openApi));
        Map(app, "/protos.zip", "application/zip", ProtoArchive.Pack(protos));
    }

    private static void Map(WebApplication app, string path, string contentType, byte[] content)
    {
        string etag = $"\"{Convert.ToHexStringLower(SHA256.HashData(content))[..32]}\"";
        app.MapGet(path, context =>
        {
            context.Response.Headers.ETag = etag;
            context.Response.Headers.CacheControl = "no-cache";
            if (context.Request.Headers.IfNoneMatch == etag)
            {
                context.Response.StatusCode = StatusCodes.Status304NotModified;
                return Task.CompletedTask;
            }

            return WriteAsync(context, contentType, content);
        }).AllowAnonymous();
    }

    private static async Task WriteAsync(HttpContext context, string contentType, byte[] content)
    {
        context.Response.ContentType = contentType;
        context.Response.ContentLength = content.Length;
        await context.Response.Body.WriteAsync(content, context.RequestAborted);
    }

    private static string DashboardCard(string? address)
    {
        bool isWeb = Uri.TryCreate(address, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https";
        return !isWeb ? "" : $"""
            <li><a href="{WebUtility.HtmlEncode(uri!.AbsoluteUri)}"><strong>Dashboard · <span lang="zh">监控面板</span></strong><small>Services, logs, traces, metrics<br><span lang="zh">服务、日志、链路与指标</span></small></a></li>
            """;
    }

    private static string Resource(string name)
    {
        using Stream stream = typeof(PageEndpoints).Assembly.GetManifestResourceStream($"Pages/{name}")
            ?? throw new InvalidOperationException($"The page {name} is not in the assembly.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
