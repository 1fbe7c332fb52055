using EasyQuant.RunnerService;
using EasyQuant.RunnerService.Configuration;
using EasyQuant.RunnerService.Grpc.Monitoring;

namespace EasyQuant.Services.Tests.Workers;

public sealed class WorkerSettingsTests
{
    private const string FileText = """{"name": "from-file", "max_workers": 3, "region": "file", "labels": {"disk": "ssd"}, "memory_limit": "2g"}""";

    [Fact]
    public void Settings_FlagVariableFile_WinInThisOrder()
    {
        WorkerSettings settings = Read(
            ["--name", "from-flag", "--config=worker.json", "--label", "gpu=1", "--label", "zone=a", "--Logging:LogLevel:X=Debug"],
            new() { ["EQ_WORKER_NAME"] = "from-variable", ["EQ_WORKER_MAX_WORKERS"] = "5", ["EQ_WORKER_TASK_TIMEOUT"] = "2m", ["EQ_WORKER_REDIS"] = "127.0.0.1:6379" });

        Assert.Empty(settings.Faults);
        Assert.Equal(
            [
                "ConnectionStrings:redis=127.0.0.1:6379", "Runner:Labels:gpu=1", "Runner:Labels:zone=a", "Runner:MaxConcurrentRuns=5", "Runner:MemoryCeilingBytes=2147483648", "Runner:Name=from-flag",
                "Runner:Region=file", "Runner:TaskTimeout=00:02:00",
            ],
            settings.Values.Select(pair => $"{pair.Key}={pair.Value}").Order(StringComparer.Ordinal));
        Assert.Equal(["--Logging:LogLevel:X=Debug"], settings.Rest);
    }

    [Fact]
    public void Settings_ManyFaults_AreAllNamed()
    {
        WorkerSettings settings = Read(
            ["--name", "Bad Name", "--max-workers", "0", "--speed", "--server", "nowhere", "--port", "70000", "--cpu-limit", "2", "--name", "twice", "--config", "bad.json"],
            new() { ["EQ_WORKER_HEARTBEAT_INTERVAL"] = "1d", ["EQ_WORKER_LABEL"] = "a=b,nonsense" });

        Assert.Equal(
            [
                "--name must be [a-z0-9][a-z0-9._-]{0,62}, was 'Bad Name'.",
                "--max-workers must be 1 to 1000, was '0'.",
                "'--speed' is no setting; --help lists them.",
                "--server must be an http:// or https:// address, was 'nowhere'.",
                "--port must be 1 to 65535, was '70000'.",
                "--cpu-limit must be 0.01 to 1, e.g. 0.8, was '2'.",
                "--name was given twice.",
                "EQ_WORKER_HEARTBEAT_INTERVAL must be 0.1 to 60 s, was '1d'.",
                "EQ_WORKER_LABEL must be key=value, key 1 to 100 and value 0 to 200 characters, was 'nonsense'.",
                "bad.json: 'colour' is no setting; --help lists them.",
                "bad.json: max_workers must be 1 to 1000, was 'many'.",
                "--server and --api-key go together: give both, or neither.",
                "--host and --port are for a worker that is dialled, --server for one that dials: give one of them.",
            ],
            settings.Faults);
    }

    [Fact]
    public void Settings_AuthorityWithoutTls_IsRefused()
    {
        Assert.Equal(
            ["--ca is for a --server with an https:// address."], Read(["--server", "http://h:1", "--api-key", "eq_1", "--ca", "ca.pem"], []).Faults);
        Assert.Empty(Read(["--server", "https://h:1", "--api-key", "eq_1"], new() { ["EQ_WORKER_CA"] = "ca.pem" }).Faults);
    }

    [Fact]
    public void Settings_BadKey_IsNotRepeatedInTheMessage()
    {
        WorkerSettings settings = Read(["--server", "http://h:1", "--api-key", "secret"], []);

        Assert.DoesNotContain("secret", Assert.Single(settings.Faults), StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_HelpAsked_ListsEverySetting() =>
        Assert.All(WorkerSettingTable.All, setting => Assert.Contains($"--{setting.Name} ", Read(["--help"], []).Help!, StringComparison.Ordinal));

    [Theory]
    [InlineData(100, 0.5, "")]
    [InlineData(200, 0.5, "memory 200 MiB, ceiling 200 MiB")]
    [InlineData(100, 0.8, "processors 80 %, ceiling 80 %")]
    public void Ceiling_LoadReachesIt_IsNamed(int memoryMiB, double cpu, string expected)
    {
        var options = new RunnerOptions { MemoryCeilingBytes = 200L << 20, CpuCeiling = 0.8 };

        Assert.Equal(expected, LoadGuard.Ceiling((long)memoryMiB << 20, cpu, options));
    }

    private static WorkerSettings Read(string[] args, Dictionary<string, string> variables) => WorkerSettings.Read(
        args, variables.GetValueOrDefault, path => path == "bad.json" ? """{"colour": 1, "max_workers": "many"}""" : FileText);
}
