using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>Refuses what is no order, alike in the engines and for a live host.</summary>
internal static class OrderChecks
{
    /// <summary>Refuses a request.</summary>
    /// <exception cref="ArgumentException">As of <see cref="StrategyContext.Submit"/>.</exception>
    public static void Check(in OrderRequest request, StrategyContext context)
    {
        CheckPlace(request, context.InstrumentCount, context.AccountCount);
        CheckNumbers(request, context.InstrumentAt(request.Instrument));
    }

    /// <summary>Refuses an instrument or an account that does not exist.</summary>
    public static void CheckPlace(in OrderRequest request, int instrumentCount, int accountCount)
    {
        if ((uint)request.Instrument >= (uint)instrumentCount)
        {
            throw new ArgumentOutOfRangeException(
                nameof(request), $"The instrument of an order must be 0 to {instrumentCount - 1}, was {request.Instrument}.");
        }

        if ((uint)request.Account >= (uint)accountCount)
        {
            throw new ArgumentOutOfRangeException(nameof(request), $"The account of an order must be 0 to {accountCount - 1}, was {request.Account}.");
        }
    }

    /// <summary>Refuses a quantity that is none, and prices that the type lacks or does not take.</summary>
    public static void CheckNumbers(in OrderRequest request, Instrument one)
    {
        OrderNumbers.CheckUnits("quantity", one, request.Quantity);
        if (request.Type != OrderType.Market)
        {
            OrderNumbers.CheckUnits("limit price", one, request.LimitPrice);
            OrderNumbers.CheckUnits("stop price", one, request.StopPrice);
            OrderNumbers.CheckUnits("trail", one, request.TrailAmount);
            CheckPrices(request);
        }
    }

    /// <summary>Refuses two orders that cannot be a pair.</summary>
    public static void CheckPair(in OrderRequest first, in OrderRequest second)
    {
        if (first.Quantity == 0 || second.Quantity == 0 || first.Account != second.Account)
        {
            throw new ArgumentException("Both orders of a pair need a quantity of at least 1 and one account.");
        }
    }

    private static void CheckPrices(in OrderRequest request)
    {
        bool needsLimit = request.Type is OrderType.Limit or OrderType.StopLimit;
        bool needsStop = request.Type is OrderType.Stop or OrderType.StopLimit;
        bool isGood = needsLimit == request.LimitPrice > 0 && needsStop == request.StopPrice > 0 && request.LimitPrice >= 0 && request.StopPrice >= 0;
        if (request.Type == OrderType.TrailingStop)
        {
            isGood &= request.TrailAmount >= 0 && request.TrailPpm is >= 0 and < 1_000_000 && (request.TrailAmount > 0) != (request.TrailPpm > 0);
        }

        if (!isGood)
        {
            throw new ArgumentException(
                $"A {request.Type} order needs exactly its own prices above 0: limit {request.LimitPrice}, stop {request.StopPrice}, "
                + $"trail {request.TrailAmount} or {request.TrailPpm} ppm.", nameof(request));
        }
    }
}
