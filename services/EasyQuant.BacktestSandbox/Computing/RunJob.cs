using System.Text.Json;
using System.Text.Json.Nodes;
using EasyQuant.BacktestSandbox.Frames;
using EasyQuant.BacktestSandbox.Plans;
using EasyQuant.Data;
using EasyQuant.Domain;
using EasyQuant.Engine;
using EasyQuant.MappedFiles;

namespace EasyQuant.BacktestSandbox.Computing;

/// <summary>Runs the strategy of a job and sends its result, or its trials one after another.</summary>
internal static class RunJob
{
    public static void Run(JobFolder folder, FrameWriter output)
    {
        SandboxJob job = JsonSerializer.Deserialize<SandboxJob>(File.ReadAllBytes(folder.Job), JobJson.Options)
            ?? throw new InvalidOperationException("The job is empty.");
        try
        {
            if (job.Market.Panel is null)
            {
                using var bars = new MappedFile<byte>(folder.Bars, 0, checked((int)new FileInfo(folder.Bars).Length));
                Run(job, MarketReader.Read(TableFile.Read(bars.Memory), job.Market), folder, output);
            }
            else
            {
                using var files = new MappedPanelFiles(JobFolder.Panel);
                Run(job, MarketReader.Open(BarPanel.Open(files), job.Market, CancellationToken.None), folder, output);
            }
        }
        catch (OutOfMemoryException)
        {
            Send(FaultExplanation.OutOfMemory, output);
        }
        catch (Exception e) when (FaultExplanation.Of(e) is { } fault)
        {
            Send(fault, output);
        }
    }

    private static void Run(SandboxJob job, MarketPanel panel, JobFolder folder, FrameWriter output)
    {
        StrategyFactory factory = StrategyFactory.Load(folder, job.ClassName);
        if (job.Bias is { } bias)
        {
            RunChecks(job, bias, panel, factory, output);
        }
        else if (job.Trials is { } trials)
        {
            RunTrials(job, trials, panel, factory, output);
        }
        else
        {
            RunOne(job, panel, factory, output);
        }
    }

    private static RuleBook RulesOf(SandboxJob job) =>
        job.RuleBook is { } json ? RuleBookJson.Parse(System.Text.Encoding.UTF8.GetBytes(json)) : RuleBook.China;

    private static void RunOne(SandboxJob job, MarketPanel panel, StrategyFactory factory, FrameWriter output)
    {
        (BacktestResult result, GuardedStrategy strategy) = Compute(job, job.Parameters, null, panel, RulesOf(job), factory, Report);
        PerformanceReport report = PerformanceReport.Of(result, panel, null, ReportOptions.Default);
        foreach (ResultChunk chunk in BacktestTables.Chunks(result, panel, report, strategy.Faults))
        {
            output.Write(FrameKind.Chunk, chunk.ToPayload());
        }

        foreach (ResultDocument document in BacktestTables.Documents(result, panel, report))
        {
            output.Write(FrameKind.Document, document.ToPayload());
        }

        var summary = new ResultSummary(MetricsJson.Write(result.Statistics), result.Manifest.ToJson(), strategy.FaultCount, TrialJson.Write(Trial.Of(result, null)));
        output.Write(FrameKind.Result, JsonSerializer.SerializeToUtf8Bytes(summary, JobJson.Options));

        void Report(int done, int total) => output.WriteProgress((double)done / total);
    }

    private static void RunTrials(SandboxJob job, IReadOnlyList<SandboxTrial> trials, MarketPanel panel, StrategyFactory factory, FrameWriter output)
    {
        RuleBook rules = RulesOf(job);
        foreach (SandboxTrial trial in trials)
        {
            TrialResult result;
            try
            {
                BacktestResult computed = Compute(job, trial.Parameters, trial.Within(job.Settings), panel, rules, factory, null).Result;
                result = new TrialResult(
                    trial.Trial,
                    MetricsJson.Write(computed.Statistics),
                    null,
                    TrialJson.Write(Trial.Of(computed, null)),
                    DailyReturns.Of(computed.Statistics.InitialEquity, computed.Run.Equity));
            }
            catch (Exception e) when (FaultExplanation.Of(e) is { } fault)
            {
                result = new TrialResult(trial.Trial, null, fault);
            }

            output.Write(FrameKind.Trial, JsonSerializer.SerializeToUtf8Bytes(result, JobJson.Options));
        }

        output.Write(FrameKind.Result, "{}"u8);
    }

    private static (BacktestResult Result, GuardedStrategy Strategy) Compute(
        SandboxJob job, JsonObject parameters, BacktestSettings? settings, MarketPanel panel, RuleBook rules, StrategyFactory factory, Action<int, int>? progress)
    {
        JsonObject filled = ParameterValues.Fill(job.SourceParameters, parameters);
        GuardedStrategy strategy = Create(job, filled, factory);
        var binding = new GuardedBinding(filled, strategy);
        BacktestResult result = Backtester.Run(panel, job.Strategy, binding, settings ?? job.Settings, rules, progress, CancellationToken.None);
        return (result, strategy);
    }

    private static void RunChecks(SandboxJob job, BiasOptions options, MarketPanel panel, StrategyFactory factory, FrameWriter output)
    {
        RuleBook rules = RulesOf(job);
        JsonObject filled = ParameterValues.Fill(job.SourceParameters, job.Parameters);
        var manifest = new BacktestManifest(
            ReferenceEngine.Version, rules.Version, panel.ContentSha256, job.Strategy, filled, job.Settings);
        var subject = new BiasSubject(panel, _ => Create(job, filled, factory), job.Settings, rules);
        BiasReport report = BiasChecks.Run(subject, Trial.KeyOf(manifest), options, Report, CancellationToken.None);
        output.Write(FrameKind.Result, JsonSerializer.SerializeToUtf8Bytes(new ResultSummary(report.ToJson(), [], 0), JobJson.Options));

        void Report(int done, int total) => output.WriteProgress((double)done / total);
    }

    private static GuardedStrategy Create(SandboxJob job, JsonObject filled, StrategyFactory factory)
    {
        try
        {
            return new GuardedStrategy(factory.Create(ParameterValues.ToArguments(job.SourceParameters, filled)), job.FaultPolicy);
        }
        catch (System.Reflection.TargetInvocationException e) when (e.InnerException is { } thrown)
        {
            throw new BacktestParameterException([new ParameterError(
                "STRATEGY_FAILED", "parameters", $"The constructor of the strategy failed: {thrown.GetType().Name}: {thrown.Message}")]);
        }
    }

    private static void Send(SandboxFault fault, FrameWriter output) =>
        output.Write(FrameKind.Fault, JsonSerializer.SerializeToUtf8Bytes(fault));
}
