using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using OpenTelemetry;

namespace EasyQuant.ServiceDefaults.Telemetry;

/// <summary>
/// Names HTTP server spans <c>{METHOD} {route}</c> and adds <c>http.route</c>, <c>http.response.status_code</c> and
/// <c>error.type</c> (which ASP.NET Core 10 does not); takes health probes out of the trace.
/// </summary>
internal sealed class HttpSpanMiddleware(RequestDelegate next)
{
    public async Task InvokeAsync(HttpContext context)
    {
        Activity? span = context.Features.Get<IHttpActivityFeature>()?.Activity;
        if (context.Request.Path == ServiceDefaultsExtensions.HealthPath || context.Request.Path == ServiceDefaultsExtensions.AlivePath)
        {
            if (span is not null)
            {
                span.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
                span.IsAllDataRequested = false;
            }

            // The checks' own calls (SELECT 1 every few seconds) would fill the trace list.
            using IDisposable _ = SuppressInstrumentationScope.Begin();
            await next(context);
            return;
        }

        try
        {
            await next(context);
        }
        catch (Exception exception)
        {
            span?.SetTag("error.type", exception.GetType().FullName);
            span?.SetStatus(ActivityStatusCode.Error);
            throw;
        }
        finally
        {
            Describe(span, context);
        }
    }

    private static void Describe(Activity? span, HttpContext context)
    {
        if (span is not { IsAllDataRequested: true })
        {
            return;
        }

        if (context.GetEndpoint() is RouteEndpoint { RoutePattern.RawText: { } route })
        {
            span.DisplayName = $"{context.Request.Method} {route}";
            span.SetTag("http.route", route);
        }
        else
        {
            span.DisplayName = context.Request.Method;
        }

        int status = context.Response.StatusCode;
        span.SetTag("http.response.status_code", status);
        if (status >= 500)
        {
            span.SetTag("error.type", status.ToString(CultureInfo.InvariantCulture));
            span.SetStatus(ActivityStatusCode.Error);
        }
    }
}
