using System.Runtime.InteropServices;

namespace EasyQuant.BacktestSandbox.Confinement;

/// <summary>
/// Takes system calls away from this process and all its threads for good (seccomp, mode 2): no other program, no child process, no socket, no debugging, no
/// namespaces, mounts or kernel keys. It is a second wall behind the namespaces; where the kernel has no such filters the first one stands alone.
/// </summary>
internal static unsafe class SyscallFilter
{
    private const ushort Load = 0x20;
    private const ushort JumpIfEqual = 0x15;
    private const ushort JumpIfNotBelow = 0x35;
    private const ushort JumpIfSet = 0x45;
    private const ushort Return = 0x06;

    private const uint NumberOffset = 0;
    private const uint ArchitectureOffset = 4;
    private const uint FirstArgumentOffset = 16;
    private const uint Allow = 0x7FFF_0000;
    private const uint NotPermitted = 0x0005_0001;
    private const uint NotImplemented = 0x0005_0026;
    private const uint CloneThread = 0x0001_0000;
    private const uint OtherAbi = 0x4000_0000;
    private const nint SetModeFilter = 1;
    private const nint AllThreads = 1;

    // Numbers are facts of the kernel: arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h.
    private static readonly Calls s_x64 = new(
        Architecture: 0xC000_003E,
        Seccomp: 317,
        CloneCall: 56,
        Clone3Call: 435,
        Denied:
        [
            41, 42, 43, 49, 50, 53, 57, 58, 59, 101, 134, 135, 153, 154, 155, 161, 163, 165, 166, 167, 168, 169, 170, 171, 172, 173, 175, 176, 179, 246, 248, 249,
            250, 272, 288, 298, 303, 304, 308, 310, 311, 312, 313, 320, 321, 322, 323, 425, 426, 427, 428, 429, 430, 431, 432, 433, 434, 438, 442,
        ]);

    private static readonly Calls s_arm64 = new(
        Architecture: 0xC000_00B7,
        Seccomp: 277,
        CloneCall: 220,
        Clone3Call: 435,
        Denied:
        [
            39, 40, 41, 51, 58, 60, 89, 92, 97, 104, 105, 106, 117, 142, 161, 162, 198, 199, 200, 201, 202, 203, 217, 218, 219, 221, 224, 225, 241, 242, 264, 265,
            268, 270, 271, 272, 273, 280, 281, 282, 294, 425, 426, 427, 428, 429, 430, 431, 432, 433, 434, 438, 442,
        ]);

    /// <summary>Applies the filter; false where the kernel or the processor has none. Needs <c>no_new_privs</c>.</summary>
    public static bool TryApply()
    {
        Calls? calls = !OperatingSystem.IsLinux() ? null : RuntimeInformation.ProcessArchitecture switch
        {
            Architecture.X64 => s_x64,
            Architecture.Arm64 => s_arm64,
            _ => null,
        };
        if (calls is null)
        {
            return false;
        }

        Instruction[] program = ProgramOf(calls);
        fixed (Instruction* first = program)
        {
            var filter = new FilterProgram((ushort)program.Length, first);
            return Syscall(calls.Seccomp, SetModeFilter, AllThreads, &filter) == 0;
        }
    }

    private static Instruction[] ProgramOf(Calls calls)
    {
        List<Instruction> program =
        [
            new(Load, 0, 0, ArchitectureOffset),
            new(JumpIfEqual, 1, 0, calls.Architecture),
            new(Return, 0, 0, NotPermitted),
            new(Load, 0, 0, NumberOffset),
            // Calls of the x32 interface would pass the numbers below by.
            new(JumpIfNotBelow, 0, 1, OtherAbi),
            new(Return, 0, 0, NotPermitted),
        ];
        foreach (uint number in calls.Denied)
        {
            program.Add(new Instruction(JumpIfEqual, 0, 1, number));
            program.Add(new Instruction(Return, 0, 0, NotPermitted));
        }

        // The arguments of clone3 lie in memory, where no filter can look; the C library then takes clone.
        program.Add(new Instruction(JumpIfEqual, 0, 1, calls.Clone3Call));
        program.Add(new Instruction(Return, 0, 0, NotImplemented));
        program.Add(new Instruction(JumpIfEqual, 0, 3, calls.CloneCall));
        program.Add(new Instruction(Load, 0, 0, FirstArgumentOffset));
        program.Add(new Instruction(JumpIfSet, 1, 0, CloneThread));
        program.Add(new Instruction(Return, 0, 0, NotPermitted));
        program.Add(new Instruction(Return, 0, 0, Allow));
        return [.. program];
    }

    [DllImport("libc", EntryPoint = "syscall")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint Syscall(nint number, nint operation, nint flags, FilterProgram* program);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Instruction(ushort Code, byte JumpIfTrue, byte JumpIfFalse, uint Operand);

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct FilterProgram(ushort length, Instruction* instructions)
    {
        public readonly ushort Length = length;
        public readonly Instruction* Instructions = instructions;
    }

    private sealed record Calls(uint Architecture, int Seccomp, uint CloneCall, uint Clone3Call, uint[] Denied);
}
