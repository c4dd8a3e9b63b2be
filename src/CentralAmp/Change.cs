namespace CentralAmp;

/// <summary>The result of a step that ensures an object; a second run returns <see cref="Unchanged"/>.</summary>
public enum Change
{
    Unchanged,
    Created,
    Updated,
}
