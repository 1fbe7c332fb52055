using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>Looks at the maintenance margin at the end of a day and gives the broker's orders.</summary>
internal sealed class MarginDesk(TradingCore core)
{
    /// <summary>True when some account may borrow, so that every day has to be looked at.</summary>
    public bool IsNeeded { get; } = core.Accounts.Any(account => account.Margin is not null);

    /// <summary>Records calls, and gives orders that close all positions of the account: in order of symbols, in place of all its resting orders.</summary>
    public void FinishDay()
    {
        if (!IsNeeded)
        {
            return;
        }

        for (int account = 0; account < core.Accounts.Length; account++)
        {
            if (core.MarginOf(account) is not { } margin || !MarginMath.IsCall(core.Ledger, margin, account))
            {
                continue;
            }

            core.MarginCalls.Add(new MarginCall(core.Date, account, new Money(core.Ledger.Equity(account))));
            if (margin.CallPolicy == MarginCallPolicy.Liquidate)
            {
                Liquidate(account);
            }
        }
    }

    private void Liquidate(int account)
    {
        OrderBook orders = core.Orders;
        for (int i = 0; i < orders.OpenCount; i++)
        {
            int index = orders.OpenAt(i);
            if (orders[index].State == OrderState.Resting && orders[index].Account == account)
            {
                orders.End(index, OrderState.Cancelled, BoundReasons.Margin);
            }
        }

        orders.Keep();
        for (int instrument = 0; instrument < core.Panel.Series.Length; instrument++)
        {
            long held = core.Ledger.PositionOf(account, instrument).Quantity;
            if (held != 0)
            {
                core.Desk.Submit(
                    OrderRequest.Market(instrument, held > 0 ? OrderSide.Sell : OrderSide.Buy, Math.Abs(held)) with { Account = account }, isForced: true);
            }
        }
    }
}
