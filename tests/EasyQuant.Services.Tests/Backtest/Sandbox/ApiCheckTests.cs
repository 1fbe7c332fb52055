using EasyQuant.BacktestSandbox.Compiling;

namespace EasyQuant.Services.Tests.Backtest.Sandbox;

public sealed class ApiCheckTests
{
    [Theory]
    [InlineData("System.IO.File.ReadAllText(\"/etc/passwd\");")]
    [InlineData("new System.Net.Sockets.TcpClient();")]
    [InlineData("System.Diagnostics.Process.Start(\"sh\");")]
    [InlineData("var t = bar.GetType();")]
    [InlineData("var a = typeof(string);")]
    [InlineData("System.Reflection.Assembly.Load(\"x\");")]
    [InlineData("System.Activator.CreateInstance<object>();")]
    [InlineData("new System.Threading.Thread(() => { }).Start();")]
    [InlineData("System.Threading.Tasks.Task.Run(() => { });")]
    [InlineData("System.Threading.Tasks.Parallel.For(0, 1, i => { });")]
    [InlineData("var now = DateTime.Now;")]
    [InlineData("var now = DateTimeOffset.UtcNow;")]
    [InlineData("var now = TimeProvider.System.GetUtcNow();")]
    [InlineData("var now = System.Diagnostics.Stopwatch.GetTimestamp();")]
    [InlineData("var r = new Random();")]
    [InlineData("Random r = new();")]
    [InlineData("var r = Random.Shared.Next();")]
    [InlineData("var g = Guid.NewGuid();")]
    [InlineData("var h = \"x\".GetHashCode();")]
    [InlineData("var h = HashCode.Combine(1, 2);")]
    [InlineData("Console.WriteLine(1);")]
    [InlineData("Environment.Exit(0);")]
    [InlineData("unsafe { int x = 0; int* p = &x; }")]
    [InlineData("System.Runtime.InteropServices.Marshal.AllocHGlobal(1);")]
    [InlineData("GC.Collect();")]
    [InlineData("dynamic d = 1; d.x();")]
    [InlineData("lock (this) { }")]
    [InlineData("var d = AppDomain.CurrentDomain;")]
    [InlineData("Func<object> f = bar.GetType;")]
    [InlineData("var m = new Action(() => { }).Method;")]
    [InlineData("var s = new Exception().TargetSite;")]
    [InlineData("System.Runtime.CompilerServices.Unsafe.As<object, string>(ref o);", "object o = 1;")]
    [InlineData("F();", "[System.Runtime.InteropServices.DllImport(\"libc\")] static extern int F();")]
    [InlineData("", "static int s_count;")]
    [InlineData("", "static int Count { get; set; }")]
    [InlineData("", "static S() { }")]
    [InlineData("", "~S() { }")]
    [InlineData("", "async System.Threading.Tasks.Task F() => await System.Threading.Tasks.Task.Yield();")]
    [InlineData("", "[System.Runtime.CompilerServices.ModuleInitializer] internal static void F() { }")]
    public void Compile_SomethingBanned_IsRefusedWithItsPlace(string onBar, string members = "")
    {
        CompiledSource compiled = StrategyCompiler.Compile(SourceOf(onBar, members), CancellationToken.None);
        Assert.NotEmpty(compiled.Answer.Issues);
        Assert.All(compiled.Answer.Issues, issue => Assert.True(issue.Line is 2 or 3 && issue.Column > 0, issue.ToString()));
        Assert.Empty(compiled.Assembly);
    }

    [Theory]
    [InlineData("var r = new Random(5); var x = r.NextDouble(); var d = Math.Sqrt(x);")]
    [InlineData("var q = new[] { 3, 1 }.OrderBy(v => v).Select(v => (v, v + 1)).ToList(); string s = $\"{q.Count:N2}\";")]
    [InlineData("if (context.Interval.IsDay || context.Interval.Minutes == 5) return;")]
    [InlineData("Span<double> w = stackalloc double[4]; w.Fill(1); var (a, b) = (w[0], w[1]);")]
    [InlineData("var day = bar.TradingDate.AddDays(3); if (day.DayOfWeek == DayOfWeek.Monday) throw new InvalidOperationException(\"x\");")]
    [InlineData("var set = new SortedDictionary<string, List<int>>(StringComparer.Ordinal) { [\"a\"] = [1, 2] }; foreach (var (k, v) in set) { }")]
    [InlineData("var sma = new SmaStream(5); double m = sma.Next(bar.Close.Units); if (double.IsNaN(m)) return;")]
    [InlineData("_last = new Point(1, 2) with { X = 3 };", "private Point _last; private record struct Point(int X, int Y); private static readonly int[] s_days = [1, 2];")]
    [InlineData("var i = System.Numerics.BigInteger.One << 100; decimal m = 1.5m; Int128 big = 5; object o = m; bool y = o is decimal { } z && z > 1;")]
    public void Compile_PlainCode_IsAllowed(string onBar, string members = "")
    {
        CompiledSource compiled = StrategyCompiler.Compile(SourceOf(onBar, members), CancellationToken.None);
        Assert.Empty(compiled.Answer.Issues);
        Assert.NotEmpty(compiled.Assembly);
    }

    private static string SourceOf(string onBar, string members) =>
        "public sealed class S : IStrategy {\n public void OnBar(StrategyContext context, int instrument, in Bar bar) { " + onBar
        + " }\n" + members + "\npublic void OnStart(StrategyContext context) { }\npublic void OnStop(StrategyContext context) { } }";
}
