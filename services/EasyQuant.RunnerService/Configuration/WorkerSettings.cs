using System.Globalization;
using System.Text;
using System.Text.Json;

namespace EasyQuant.RunnerService.Configuration;

/// <summary>
/// What the worker program was started with. A flag wins over an environment variable, that over the file of <c>--config</c>, that over the default;
/// everything is checked at once and every fault is named.
/// </summary>
internal sealed class WorkerSettings
{
    private const string Config = "config";
    private const string ConfigVariable = "EQ_WORKER_CONFIG";
    private static readonly string[] s_hostFlags = ["environment", "contentroot", "applicationname", "urls"];

    private readonly Dictionary<string, string?> _values = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> _faults = [];
    private readonly List<string> _rest = [];
    private readonly HashSet<string> _set = new(StringComparer.Ordinal);

    private WorkerSettings()
    {
    }

    /// <summary>Configuration values by key.</summary>
    public IReadOnlyDictionary<string, string?> Values => _values;

    /// <summary>Everything that is wrong, one sentence each; nothing may start when there is one.</summary>
    public IReadOnlyList<string> Faults => _faults;

    /// <summary>Arguments for the host itself.</summary>
    public IReadOnlyList<string> Rest => _rest;

    /// <summary>The text that was asked for; null when it was not.</summary>
    public string? Help { get; private set; }

    /// <summary>Reads the settings.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="variable">Reads an environment variable; null when it is not set.</param>
    /// <param name="readFile">Reads a file as text.</param>
    /// <returns>Values, or faults.</returns>
    public static WorkerSettings Read(IReadOnlyList<string> args, Func<string, string?> variable, Func<string, string> readFile)
    {
        var settings = new WorkerSettings();
        if (args.Any(arg => arg is "--help" or "-h" or "-?"))
        {
            settings.Help = HelpText();
            return settings;
        }

        string? file = settings.ReadFlags(args) ?? variable(ConfigVariable);
        foreach (WorkerSetting setting in WorkerSettingTable.All)
        {
            if (variable(setting.Variable) is { Length: > 0 } text)
            {
                settings.Add(setting, setting.Name == WorkerSettingTable.Label ? text.Split(',') : [text], setting.Variable);
            }
        }

        if (!string.IsNullOrEmpty(file))
        {
            settings.ReadFile(file, readFile);
        }

        settings.CheckTogether();
        return settings;
    }

    private string? ReadFlags(IReadOnlyList<string> args)
    {
        string? file = null;
        var labels = new List<string>();
        for (int i = 0; i < args.Count; i++)
        {
            string[] parts = args[i].Split('=', 2);
            string name = parts[0].StartsWith("--", StringComparison.Ordinal) ? parts[0][2..] : "";
            WorkerSetting? setting = WorkerSettingTable.All.FirstOrDefault(one => one.Name == name);
            bool isHosts = name.Contains(':', StringComparison.Ordinal) || s_hostFlags.Contains(name.ToLowerInvariant());
            if (setting is null && name != Config && !isHosts)
            {
                _faults.Add($"'{args[i]}' is no setting; --help lists them.");
                continue;
            }

            string? value = parts.Length == 2 ? parts[1] : i + 1 < args.Count ? args[++i] : null;
            if (value is null)
            {
                _faults.Add($"--{name} needs a value.");
            }
            else if (isHosts)
            {
                _rest.Add($"--{name}={value}");
            }
            else if (setting is null)
            {
                file = value;
            }
            else if (setting.Name == WorkerSettingTable.Label)
            {
                labels.Add(value);
            }
            else if (!_set.Contains(setting.Name))
            {
                Add(setting, [value], $"--{name}");
            }
            else
            {
                _faults.Add($"--{name} was given twice.");
            }
        }

        if (labels.Count > 0)
        {
            Add(WorkerSettingTable.All.Single(one => one.Name == WorkerSettingTable.Label), labels, "--label");
        }

        return file;
    }

    private void ReadFile(string path, Func<string, string> readFile)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(readFile(path));
            if (json.RootElement.ValueKind != JsonValueKind.Object)
            {
                _faults.Add($"{path}: must be a JSON object.");
                return;
            }

            foreach (JsonProperty property in json.RootElement.EnumerateObject())
            {
                if (WorkerSettingTable.All.FirstOrDefault(one => one.FileKey == property.Name || (one.Name == WorkerSettingTable.Label && property.Name == "labels")) is not { } setting)
                {
                    _faults.Add($"{path}: '{property.Name}' is no setting; --help lists them.");
                    continue;
                }

                string[] texts = property.Value.ValueKind switch
                {
                    JsonValueKind.Array => [.. property.Value.EnumerateArray().Select(item => item.ToString())],
                    JsonValueKind.Object => [.. property.Value.EnumerateObject().Select(item => $"{item.Name}={item.Value}")],
                    _ => [property.Value.ToString()],
                };
                Add(setting, texts, $"{path}: {property.Name}");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            _faults.Add($"{path}: {e.Message}");
        }
    }

    // Whoever comes first wins; what comes later is checked all the same.
    private void Add(WorkerSetting setting, IReadOnlyList<string> texts, string source)
    {
        bool isFirst = _set.Add(setting.Name);
        foreach (string text in texts)
        {
            if (text.Length == 0 || setting.Read(text) is not { } value)
            {
                string shown = setting.Name is "api-key" or "database" or "broker" or "redis" ? "something else" : $"'{text}'";
                _faults.Add($"{source} must be {setting.Expected}, was {shown}.");
            }
            else if (isFirst && setting.Name == WorkerSettingTable.Label)
            {
                string[] pair = value.Split('=', 2);
                _values[$"{setting.Key}:{pair[0]}"] = pair[1];
            }
            else if (isFirst)
            {
                _values[setting.Key] = value;
            }
        }
    }

    private void CheckTogether()
    {
        if (_set.Contains("server") != _set.Contains("api-key"))
        {
            _faults.Add("--server and --api-key go together: give both, or neither.");
        }

        if (_set.Contains("ca") && _values.GetValueOrDefault($"{RunnerOptions.Section}:{nameof(RunnerOptions.Server)}")?.StartsWith("https://", StringComparison.OrdinalIgnoreCase) != true)
        {
            _faults.Add("--ca is for a --server with an https:// address.");
        }

        bool listens = _set.Contains("host") || _set.Contains("port");
        if (listens && _set.Contains("server"))
        {
            _faults.Add("--host and --port are for a worker that is dialled, --server for one that dials: give one of them.");
        }

        if (listens)
        {
            _values[$"{RunnerOptions.Section}:{nameof(RunnerOptions.Listen)}"] = "true";
            _values.TryAdd(ServiceDefaults.KestrelExtensions.GrpcPortSetting, "7070");
            _values.TryAdd(ServiceDefaults.KestrelExtensions.GrpcHostSetting, "127.0.0.1");
        }
    }

    private static string HelpText()
    {
        var text = new StringBuilder();
        text.AppendLine("Worker of EasyQuant: takes runs and executes them. / EasyQuant 工作进程。");
        text.AppendLine("  --server ADDRESS --api-key KEY   dials the platform");
        text.AppendLine("  --host ADDRESS --port PORT       waits for the platform; EASYQUANT_INTERNAL_CREDENTIAL is the secret of the installation");
        text.AppendLine(CultureInfo.InvariantCulture, $"A flag wins over its variable (EQ_WORKER_...), that over the JSON file of --config ({ConfigVariable}).");
        foreach (WorkerSetting setting in WorkerSettingTable.All)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  --{setting.Name,-20} {setting.Help} ({setting.Expected})");
        }

        return text.ToString();
    }
}
