namespace EasyQuant.Engine;

/// <summary>Tells a strategy of fills and of ended orders since the last time. One thread.</summary>
internal sealed class StrategyNotices<TStrategy>(TradingCore core, StrategyContext context)
    where TStrategy : IStrategy
{
    private int _fillsTold;
    private int _endsTold;

    /// <summary>Instrument of the notice that the strategy is being told; -1 outside.</summary>
    public int Current { get; private set; } = -1;

    /// <summary>Tells what is new: fills in order of execution, then orders in order of ending.</summary>
    public void Tell(ref TStrategy strategy)
    {
        if (StrategyCalls<TStrategy>.HasOnFill)
        {
            while (_fillsTold < core.Fills.Count)
            {
                FillNotice notice = core.FillNoticeOf(_fillsTold++);
                Current = notice.Instrument;
                strategy.OnFill(context, notice);
            }
        }

        if (StrategyCalls<TStrategy>.HasOnOrder)
        {
            while (_endsTold < core.Orders.Ended.Count)
            {
                OrderNotice notice = core.NoticeOf(core.Orders.Ended[_endsTold++]);
                Current = notice.Instrument;
                strategy.OnOrder(context, notice);
            }
        }

        Current = -1;
    }
}
