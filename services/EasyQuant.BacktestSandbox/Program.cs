using EasyQuant.BacktestSandbox;

return SandboxProgram.Run(args);
