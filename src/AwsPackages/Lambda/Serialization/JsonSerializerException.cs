namespace Amazon.Lambda.Serialization.SystemTextJson;

/// <summary>A payload could not be read or written.</summary>
public class JsonSerializerException(string message, Exception? exception = null) : Exception(message, exception);
