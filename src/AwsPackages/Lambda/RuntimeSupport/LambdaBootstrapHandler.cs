namespace Amazon.Lambda.RuntimeSupport;

/// <summary>Serves one invocation; what it throws becomes the invocation's error.</summary>
public delegate Task<InvocationResponse> LambdaBootstrapHandler(InvocationRequest invocation);

/// <summary>Runs once before the first invocation; false ends the loop before it starts, an exception is an initialization error.</summary>
public delegate Task<bool> LambdaBootstrapInitializer();
