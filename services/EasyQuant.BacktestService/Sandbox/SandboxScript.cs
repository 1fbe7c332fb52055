namespace EasyQuant.BacktestService.Sandbox;

/// <summary>
/// What stands between the service and the code of users. <c>unshare</c> gives new mount, network, process, IPC and host-name namespaces (and,
/// when the service is not root, a user namespace); the script then makes a file tree that holds the shared libraries, the .NET runtime, the sandbox
/// program and the folder of the job, all read-only, moves into it so that no other file of the machine has a name any more, sets the
/// resource limits and starts the program without capabilities, under an account of its own when the service is root.
/// </summary>
internal static class SandboxScript
{
    /// <summary>Arguments of <c>unshare</c>; <c>--user --map-root-user</c> come before them for an ordinary user.</summary>
    public static IReadOnlyList<string> Namespaces { get; } = ["--mount", "--net", "--pid", "--ipc", "--uts", "--fork", "--kill-child"];

    /// <summary>Joins control groups and becomes another program. Arguments: number of groups, their folders, the program and its arguments.</summary>
    public const string Join =
        """
        set -eu
        count=$1; shift
        while [ "$count" -gt 0 ]; do echo 0 > "$1/cgroup.procs"; shift; count=$((count - 1)); done
        exec "$@"
        """;

    /// <summary>
    /// The script. Arguments: 1 empty folder, 2 folder of the runtime, 3 folder of the program, 4 folder of the job, 5 account number or 0, 6 processor
    /// seconds, 7 address space in bytes, 8 threads, 9 folder of a panel or empty, then the program's own.
    /// </summary>
    public const string Text =
        """
        set -eu
        root=$1; runtime=$2; program=$3; job=$4; account=$5; cpu=$6; space=$7; threads=$8; panel=$9; shift 9
        mount -t tmpfs -o size=16m,mode=755,nosuid,nodev sandbox "$root"
        cd "$root"
        mkdir proc dev tmp bin runtime program job old
        chmod 1777 tmp
        # Locked flags of the source must be named again, or an unprivileged remount is refused.
        closed() {
          mount --bind "$1" "$2"
          flags=$(findmnt -n -o VFS-OPTIONS -T "$PWD/$2" | sed 's/^r[wo],*//')
          mount -o "remount,bind,ro,nosuid${flags:+,$flags}" "$PWD/$2"
        }
        for folder in lib lib64 usr/lib usr/lib64; do
          if [ -L "/$folder" ]; then mkdir -p "$(dirname "$folder")"; ln -s "$(readlink "/$folder")" "$folder"
          elif [ -d "/$folder" ]; then mkdir -p "$folder"; closed "/$folder" "$folder"; fi
        done
        closed "$runtime" runtime
        closed "$program" program
        closed "$job" job
        if [ -n "$panel" ]; then mkdir panel; closed "$panel" panel; fi
        for tool in setpriv umount; do touch bin/$tool; closed "$(command -v $tool)" bin/$tool; done
        for device in null urandom; do touch dev/$device; mount --bind /dev/$device dev/$device; done
        mount -t proc -o nosuid,nodev,noexec proc proc
        prlimit --pid $$ --core=0 --fsize=16777216 --nofile=256 --cpu=$cpu:$((cpu + 2)) --as=$space --nproc=$threads
        pivot_root . old
        cd /
        /bin/umount -l /old
        as=''
        [ "$account" = 0 ] || as="--reuid=$account --regid=$account --clear-groups"
        code=0
        /bin/setpriv $as --no-new-privs --inh-caps=-all --ambient-caps=-all --bounding-set=-all /runtime/dotnet exec /program/EasyQuant.BacktestSandbox.dll "$@" || code=$?
        exit $code
        """;
}
