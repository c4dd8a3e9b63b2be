using CentralAmp.Tests.Architecture.Planted.Lower;
using CentralAmp.Tests.Architecture.Planted.Upper;

// Two namespaces with every kind of dependency on each other, for the tests of the architecture test.
namespace CentralAmp.Tests.Architecture.Planted.Upper
{
    internal sealed class UpperType
    {
        public static LowerType Lower() => new();
    }

    internal sealed class NeedsByField
    {
        public NeededByField Field = new();
    }

    internal abstract class NeedsBySignature
    {
        public abstract void Method(NeededBySignature[] argument);
    }

    internal abstract class NeedsByGenericArgument
    {
        public abstract IReadOnlyList<NeededByGenericArgument> Method();
    }

    internal static class NeedsByBody
    {
        public static string Method() => NeededByBody.Text();
    }

    internal sealed class NeedsByInterface : INeeded;

    [Needed]
    internal sealed class NeedsByAttribute;
}

namespace CentralAmp.Tests.Architecture.Planted.Lower
{
    internal sealed class LowerType
    {
        public static UpperType Upper() => new();
    }

    internal sealed class NeededByField;

    internal sealed class NeededBySignature;

    internal sealed class NeededByGenericArgument;

    internal static class NeededByBody
    {
        public static string Text() => "";
    }

    internal interface INeeded;

    [AttributeUsage(AttributeTargets.Class)]
    internal sealed class NeededAttribute : Attribute;
}
