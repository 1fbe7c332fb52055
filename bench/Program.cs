using EasyQuant.Bench;
    ["grpc"] = GrpcBench.RunAsync,
