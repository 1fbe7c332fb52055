namespace EasyQuant.Interop.Tests.Fixtures;

/// <summary>Python modules that protoc makes from the contracts of the tests.</summary>
internal static class PythonStubs
{
    internal const string Install =
        "install grpcio and its generator for the Python of the system (on Debian: apt-get install python3-grpcio protobuf-compiler libprotobuf-dev protobuf-compiler-grpc)";

    private static readonly Dictionary<string, string> s_noVariables = [];

    /// <summary>Makes the modules of contracts and returns the folder that has them.</summary>
    /// <param name="name">Name of the folder; classes that run side by side use different ones.</param>
    /// <param name="protos">Files under Protos/.</param>
    internal static async Task<string> GenerateAsync(string name, params string[] protos)
    {
        string directory = Path.Combine(NodePackages.Work, name);
        Directory.CreateDirectory(directory);
        await PeerProcess.RunAsync(
            "protoc",
            [
                "-I", Path.Combine(AppContext.BaseDirectory, "Protos"),
                "--python_out=" + directory,
                "--grpc_python_out=" + directory,
                "--plugin=protoc-gen-grpc_python=/usr/bin/grpc_python_plugin",
                .. protos,
            ],
            s_noVariables,
            directory,
            Install);
        return directory;
    }
}
