using EasyQuant.GrpcInterop;

return await InteropProgram.RunAsync(args, Console.Out, Console.Error);
