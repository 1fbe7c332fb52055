using System.Runtime.InteropServices;
using EasyQuant.BacktestSandbox;
using Microsoft.Extensions.Options;

namespace EasyQuant.BacktestService.Sandbox;

/// <summary>
/// Folders below <c>&lt;data root&gt;/sandbox</c>: one with the sandbox program, one a job. Each job folder is deleted with its job; what a killed
/// service left is deleted a day later. Thread-safe.
/// </summary>
internal sealed class SandboxFolders
{
    private static readonly string[] s_programFiles =
    [
        "EasyQuant.BacktestSandbox.dll", "EasyQuant.BacktestSandbox.runtimeconfig.json", "EasyQuant.Domain.dll", "EasyQuant.Data.dll", "EasyQuant.Indicators.dll",
        "EasyQuant.Engine.dll", "EasyQuant.MappedFiles.dll", "Microsoft.CodeAnalysis.dll", "Microsoft.CodeAnalysis.CSharp.dll",
    ];

    private static readonly TimeSpan s_leftoverAge = TimeSpan.FromDays(1);
    private readonly string _home;
    private readonly TimeProvider _time;
    private readonly Lazy<string> _program;

    /// <summary>Makes the folders' names; nothing is written yet.</summary>
    public SandboxFolders(IOptions<BacktestServiceOptions> options, TimeProvider time)
    {
        _home = Path.Combine(Path.GetFullPath(options.Value.DataRoot), "sandbox");
        _time = time;
        _program = new Lazy<string>(CopyProgram);
    }

    /// <summary>Folder of the .NET runtime that this process runs on: holds <c>dotnet</c>, <c>host</c> and <c>shared</c>.</summary>
    public static string Runtime => Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));

    /// <summary>Folder that holds nothing but the sandbox program; copied at first use.</summary>
    public string Program => _program.Value;

    /// <summary>Makes the folder of a job, with an empty <c>root</c> beside the files.</summary>
    /// <returns>The job's files, and the empty folder.</returns>
    public (JobFolder Files, string Root) Create()
    {
        string folder = Path.Combine(_home, $"job-{Guid.CreateVersion7(_time.GetUtcNow()):N}");
        var files = new JobFolder(Path.Combine(folder, "files"));
        string root = Path.Combine(folder, "root");
        Directory.CreateDirectory(files.Path);
        Directory.CreateDirectory(root);
        return (files, root);
    }

    /// <summary>Deletes the folder of a job.</summary>
    public static void Delete(JobFolder files) => Directory.Delete(Path.GetDirectoryName(files.Path)!, recursive: true);

    private string CopyProgram()
    {
        Directory.CreateDirectory(_home);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_home, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        DateTime oldest = _time.GetUtcNow().UtcDateTime - s_leftoverAge;
        foreach (DirectoryInfo leftover in new DirectoryInfo(_home).EnumerateDirectories().Where(one => one.LastWriteTimeUtc < oldest))
        {
            leftover.Delete(recursive: true);
        }

        string folder = Path.Combine(_home, $"program-{Guid.CreateVersion7(_time.GetUtcNow()):N}");
        Directory.CreateDirectory(folder);
        foreach (string name in s_programFiles)
        {
            File.Copy(Path.Combine(AppContext.BaseDirectory, name), Path.Combine(folder, name));
        }

        return folder;
    }
}
