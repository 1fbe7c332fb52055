namespace EasyQuant.RunnerService.Configuration;

/// <summary>One setting of the worker program.</summary>
/// <param name="Name">Name of the flag without dashes, e.g. <c>max-workers</c>; the environment variable is <c>EQ_WORKER_MAX_WORKERS</c>, the key in a file <c>max_workers</c>.</param>
/// <param name="Key">Key of the configuration that it sets.</param>
/// <param name="Read">Turns the text into the configuration's value, or null when it is not valid.</param>
/// <param name="Expected">What is valid, for messages.</param>
/// <param name="Help">What it does, English and 中文.</param>
internal sealed record WorkerSetting(string Name, string Key, Func<string, string?> Read, string Expected, string Help)
{
    /// <summary>Name of the environment variable.</summary>
    public string Variable => "EQ_WORKER_" + Name.Replace('-', '_').ToUpperInvariant();

    /// <summary>Key in a file.</summary>
    public string FileKey => Name.Replace('-', '_');
}
