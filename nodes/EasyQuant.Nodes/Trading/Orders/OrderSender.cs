using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using EasyQuant.Flow;
using EasyQuant.Nodes.Data;
using EasyQuant.Nodes.Hosting;

namespace EasyQuant.Nodes.Trading;

/// <summary>Sends one order under its key until the broker has accepted or rejected it, within a bound of attempts. Thread-safe.</summary>
internal sealed class OrderSender(HttpDoor door, TradeApiParameters parameters, Uri url, NodeHeaders headers, TimeProvider time)
{
    private static readonly TimeSpan s_pauseMax = TimeSpan.FromSeconds(30);

    /// <summary>Sends the order.</summary>
    /// <exception cref="NodeException">
    /// <c>TRADE_UNKNOWN</c> (transient): no clear answer after the last attempt; <c>HTTP_STATUS</c>, <c>HTTP_TOO_LARGE</c>, <c>HTTP_ADDRESS_FORBIDDEN</c>,
    /// <c>TRADE_REDIRECTED</c>.
    /// </exception>
    public async Task<SentOrder> SendAsync(string clientOrderId, string body, CancellationToken cancellationToken)
    {
        TimeSpan pause = TimeSpan.FromSeconds(parameters.RetrySeconds);
        for (int attempt = 1; ; attempt++)
        {
            string fault;
            Exception? cause = null;
            try
            {
                HttpAnswer answer = await PostAsync(clientOrderId, body, cancellationToken);
                if (Judge(answer, attempt) is { } sent)
                {
                    return sent;
                }

                fault = $"{HttpParts.Shown(url)} answered {answer.Status}: {HttpParts.Excerpt(answer.Body)}";
            }
            catch (NodeException e) when (e.IsTransient)
            {
                fault = e.Message;
                cause = e;
            }

            if (attempt >= parameters.AttemptsMax)
            {
                string message = $"Whether the broker took the order {clientOrderId} is not known after {attempt} attempts; a repeated step sends it under the same key. {fault}";
                throw cause is null ? new NodeException("TRADE_UNKNOWN", message, transient: true) : new NodeException("TRADE_UNKNOWN", message, transient: true, cause);
            }

            await Task.Delay(pause, time, cancellationToken);
            pause = pause + pause < s_pauseMax ? pause + pause : s_pauseMax;
        }
    }

    private async Task<HttpAnswer> PostAsync(string clientOrderId, string body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url);
        request.Headers.TryAddWithoutValidation(parameters.KeyHeader, clientOrderId);
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        HttpAnswer answer = await headers.SendAsync(
            door, request, parameters.RequestsPerSecond, parameters.BytesMax, TimeSpan.FromSeconds(parameters.TimeoutSeconds), cancellationToken);

        if (headers.HasSecrets && answer.Status is >= 300 and <= 399)
        {
            throw new NodeException(
                "TRADE_REDIRECTED", $"{HttpParts.Shown(url)} answered {answer.Status} to the order {clientOrderId}: a request with a secret follows no redirect; set url to where orders are taken.");
        }

        // A followed redirect turns a POST into a GET, whose success says nothing about the order.
        return request.Method == HttpMethod.Post && request.RequestUri == url
            ? answer
            : throw new NodeException(
                "TRADE_REDIRECTED", $"{HttpParts.Shown(url)} redirected the order {clientOrderId} to {HttpParts.Shown(request.RequestUri!)}; set url to where orders are taken.");
    }

    private SentOrder? Judge(HttpAnswer answer, int attempt) => answer.Status switch
    {
        >= 200 and <= 299 => new SentOrder(true, BrokerOrderId(answer.Body), null, attempt),
        int status when HttpParts.IsTransient(status) => null,
        >= 400 and <= 499 => new SentOrder(false, null, $"{answer.Status}: {HttpParts.Excerpt(answer.Body)}", attempt),
        _ => throw new NodeException("HTTP_STATUS", $"{HttpParts.Shown(url)} answered {answer.Status}: {HttpParts.Excerpt(answer.Body)}"),
    };

    private string? BrokerOrderId(byte[] body)
    {
        try
        {
            return JsonNode.Parse(body) is JsonObject json && json[parameters.OrderIdField] is JsonValue value
                ? value.TryGetValue(out string? text) ? text : value.ToJsonString()
                : null;
        }
        catch (JsonException)
        {
            // The order is taken all the same: the status says so.
            return null;
        }
    }
}
