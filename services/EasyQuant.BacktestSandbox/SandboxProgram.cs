using EasyQuant.BacktestSandbox.Compiling;
using EasyQuant.BacktestSandbox.Computing;
using EasyQuant.BacktestSandbox.Confinement;
using EasyQuant.BacktestSandbox.Frames;

namespace EasyQuant.BacktestSandbox;

/// <summary>
/// The program that strategies of users are compiled and run in: one process a job, without network, as an unprivileged account. It reads
/// the folder of the job, which is read-only, and answers with frames on its standard output. Exit code 0 means that the last frame says
/// how the job ended.
/// </summary>
public static class SandboxProgram
{
    /// <summary>The answer to a probe when the system call filter stands.</summary>
    public static ReadOnlySpan<byte> FilteredAnswer => "{\"filter\":true}"u8;

    /// <summary>Runs <c>probe FOLDER</c> (which only says that it started, and whether the filter stands), <c>compile FOLDER</c> or <c>run FOLDER</c>.</summary>
    internal static int Run(string[] arguments)
    {
        using var output = new FrameWriter(Console.OpenStandardOutput());
        // What a strategy would print must not mix with the frames.
        Console.SetOut(TextWriter.Null);
        bool isFiltered = SyscallFilter.TryApply();
        // The first frame says that the sandbox stands; whatever fails before it is not the strategy's fault.
        output.WriteProgress(0);
        switch (arguments)
        {
            case ["probe", _]:
                output.Write(FrameKind.Result, isFiltered ? FilteredAnswer : "{}"u8);
                return 0;
            case ["compile", string folder]:
                CompileJob.Run(new JobFolder(folder), output);
                return 0;
            case ["run", string folder]:
                RunJob.Run(new JobFolder(folder), output);
                return 0;
            default:
                Console.Error.WriteLine("usage: probe FOLDER | compile FOLDER | run FOLDER");
                return 2;
        }
    }
}
