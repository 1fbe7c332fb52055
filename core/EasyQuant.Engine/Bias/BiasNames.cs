namespace EasyQuant.Engine;

/// <summary>Names and titles of bias checks and outcomes. Stateless and thread-safe.</summary>
public static class BiasNames
{
    /// <summary>Returns the snake_case name of a check.</summary>
    public static string Of(BiasCheck check) => check switch
    {
        BiasCheck.TruncatedHistory => "truncated_history",
        BiasCheck.WarmUp => "warm_up",
        BiasCheck.Delay => "delay",
        BiasCheck.DoubledCosts => "doubled_costs",
        _ => "shuffled_signals",
    };

    /// <summary>Returns the snake_case name of an outcome.</summary>
    public static string Of(BiasOutcome outcome) => outcome switch
    {
        BiasOutcome.Passed => "passed",
        BiasOutcome.NotApplicable => "not_applicable",
        BiasOutcome.Warned => "warned",
        _ => "failed",
    };

    /// <summary>Returns the title of a check.</summary>
    public static ChartText TitleOf(BiasCheck check) => check switch
    {
        BiasCheck.TruncatedHistory => new("Truncated history (look-ahead)", "截断历史（未来函数）"),
        BiasCheck.WarmUp => new("Warm-up", "预热期"),
        BiasCheck.Delay => new("One-day delay", "延迟一日"),
        BiasCheck.DoubledCosts => new("Doubled costs", "成本加倍"),
        _ => new("Shuffled signals", "打乱信号"),
    };

    /// <summary>Returns the title of an outcome.</summary>
    public static ChartText TitleOf(BiasOutcome outcome) => outcome switch
    {
        BiasOutcome.Passed => new("passed", "通过"),
        BiasOutcome.NotApplicable => new("not applicable", "不适用"),
        BiasOutcome.Warned => new("warning", "警告"),
        _ => new("failed", "不通过"),
    };
}
