using EasyQuant.Flow;

namespace EasyQuant.Nodes.Trading;

/// <summary>Nodes about indicators and backtests.</summary>
public static class TradingNodePack
{
    /// <summary>Adds the node types <c>Backtest</c>, <c>BiasCheck</c>, <c>DataPreload</c>, <c>Indicator</c>, <c>OrderDecision</c>,
    /// <c>ParamGrid</c> and <c>TradeApi</c>.</summary>
    public static void AddTo(NodeCatalog catalog)
    {
        BacktestNode.AddTo(catalog);
        BiasCheckNode.AddTo(catalog);
        DataPreloadNode.AddTo(catalog);
        IndicatorNode.AddTo(catalog);
        OrderDecisionNode.AddTo(catalog);
        ParamGridNode.AddTo(catalog);
        TradeApiNode.AddTo(catalog);
    }
}
