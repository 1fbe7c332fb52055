using System.CommandLine;
using EasyQuant.Cli;

RootCommand root = new("EasyQuant: runs workflows on this machine and talks to a server. / 在本机运行工作流，并与服务器通信。");
CommandTree.AddTo(root);
return await CommandTree.InvokeAsync(root, args);
