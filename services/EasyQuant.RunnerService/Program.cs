using EasyQuant.RunnerService;

return await WorkerProgram.RunAsync(args);
