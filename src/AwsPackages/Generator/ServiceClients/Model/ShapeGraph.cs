using System.Collections.Generic;

namespace CentralAmp.AwsPackages.Generator.ServiceClients.Model;

internal static class ShapeGraph
{
    /// <summary>The structures that the given ones contain, themselves included, in the order of their class names.</summary>
    public static IEnumerable<Shape> StructuresFrom(IEnumerable<Shape> roots)
    {
        var found = new SortedDictionary<string, Shape>(System.StringComparer.Ordinal);
        var open = new Stack<Shape>(roots);
        while (open.Count > 0)
        {
            var shape = open.Pop();
            if (shape.Item is not null)
            {
                open.Push(shape.Item);
            }

            if (shape.Kind == ShapeKind.Structure && !found.ContainsKey(shape.ClassName))
            {
                found.Add(shape.ClassName, shape);
                foreach (var member in shape.Members)
                {
                    open.Push(member.Shape);
                }
            }
        }

        return found.Values;
    }
}
