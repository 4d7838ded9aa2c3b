using BatchEngine.Host.Commands;

return await CommandLine.RunAsync(args);
