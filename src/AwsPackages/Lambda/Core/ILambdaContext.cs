namespace Amazon.Lambda.Core;

/// <summary>The context of the current invocation. The official interface without the members for mobile clients.</summary>
public interface ILambdaContext
{
    /// <summary>The id of this invocation; the same in a retry of it.</summary>
    string AwsRequestId { get; }

    string FunctionName { get; }

    string FunctionVersion { get; }

    /// <summary>The ARN that was invoked, with the version or alias if one was named.</summary>
    string InvokedFunctionArn { get; }

    ILambdaLogger Logger { get; }

    string LogGroupName { get; }

    string LogStreamName { get; }

    /// <summary>In megabytes.</summary>
    int MemoryLimitInMB { get; }

    /// <summary>The remaining time until Lambda ends the invocation; zero when the deadline has passed.</summary>
    TimeSpan RemainingTime { get; }
}
