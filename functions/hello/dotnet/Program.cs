using Amazon.Lambda.RuntimeSupport;
using Hello;

// An executable handler: the managed runtime starts this program, and it asks for its events itself.
var function = new Function();
Func<Stream, Task<Stream>> handler = function.Handle;
using var bootstrap = LambdaBootstrapBuilder.Create(handler).Build();
await bootstrap.RunAsync();
