using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>One hash over all orders of a run, for golden runs and for telling two runs apart. Stateless and thread-safe.</summary>
public static class OrderListHash
{
    /// <summary>
    /// Returns the SHA-256, lower-case hexadecimal, of one line an order, by number: order_id, account, symbol, side, type, quantity, submit_date, state,
    /// filled quantity, limit and stop price, what bound it, separated by commas.
    /// </summary>
    /// <param name="run">The run.</param>
    public static string Of(EngineRun run)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (Order order in run.Orders)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(string.Create(
                CultureInfo.InvariantCulture,
                $"{order.OrderId},{order.Account},{order.Symbol},{order.Side},{order.Type},{order.Quantity.Units},{order.SubmitDate:yyyy-MM-dd},{order.State},{order.FilledQuantity.Units},{order.LimitPrice.Units},{order.StopPrice.Units},{order.BoundBy}\n")));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
