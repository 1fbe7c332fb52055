using EasyQuant.BacktestService.Files;
using EasyQuant.BacktestService.Grpc;
using EasyQuant.BacktestService.Sandbox;
using EasyQuant.BacktestService.Storage;
using Microsoft.Extensions.Options;

namespace EasyQuant.BacktestService.Work;

/// <summary>What every job needs. Thread-safe.</summary>
internal sealed class JobContext(
    LeaseStore leases,
    BacktestStore backtests,
    SweepStore sweeps,
    TrialStores ledgers,
    SpecPartReader specs,
    DataCatalog catalog,
    BarRows bars,
    TickRows ticks,
    ProjectPanels panels,
    UserStrategies users,
    IOptions<BacktestServiceOptions> options,
    TimeProvider time)
{
    public LeaseStore Leases => leases;

    public BacktestStore Backtests => backtests;

    public SweepStore Sweeps => sweeps;

    public TrialStores Ledgers => ledgers;

    public SpecPartReader Specs => specs;

    public DataCatalog Catalog => catalog;

    public BarRows Bars => bars;

    public TickRows Ticks => ticks;

    public ProjectPanels Panels => panels;

    public UserStrategies Users => users;

    public BacktestServiceOptions Options => options.Value;

    public TimeProvider Time => time;

    /// <summary>Makes the id of a trial.</summary>
    public Guid NewId() => Guid.CreateVersion7(time.GetUtcNow());
}
