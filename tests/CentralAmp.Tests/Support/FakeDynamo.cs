using System.Globalization;
using System.Text.RegularExpressions;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;

namespace CentralAmp.Tests.Support;

/// <summary>One table in memory, with the conditions and updates that the registry uses. All other calls fail.</summary>
/// <param name="beforeWrite">Runs before every write.</param>
public sealed partial class FakeDynamo(Action beforeWrite) : AmazonDynamoDBClient(
    new AnonymousAWSCredentials(), new AmazonDynamoDBConfig { ServiceURL = "http://127.0.0.1:1", MaxErrorRetry = 0 })
{
    private readonly SortedDictionary<(string Arn, long CreatedAt), Dictionary<string, AttributeValue>> items = [];

    public void Clear() => items.Clear();

    /// <summary>Removes attributes of all items, as an earlier version would have written them.</summary>
    public void Remove(params string[] attributes)
    {
        foreach (var item in items.Values)
        {
            foreach (var name in attributes)
            {
                item.Remove(name);
            }
        }
    }

    public override Task<GetItemResponse> GetItemAsync(GetItemRequest request, CancellationToken cancellationToken = default) =>
        Task.FromResult(new GetItemResponse { Item = items.TryGetValue(KeyOf(request.Key), out var item) ? new(item) : null });

    public override Task<QueryResponse> QueryAsync(QueryRequest request, CancellationToken cancellationToken = default) => Task.FromResult(new QueryResponse
    {
        Items = [.. items.Where(item => item.Key.Arn == request.ExpressionAttributeValues[":clusterArn"].S).Select(item => item.Value.ToDictionary())],
    });

    public override Task<UpdateItemResponse> UpdateItemAsync(UpdateItemRequest request, CancellationToken cancellationToken = default)
    {
        beforeWrite();
        var key = KeyOf(request.Key);
        var item = items.TryGetValue(key, out var found) ? new Dictionary<string, AttributeValue>(found) : new(request.Key);
        var expression = new Expression(Tokens(request.ConditionExpression), item, request.ExpressionAttributeNames, request.ExpressionAttributeValues);
        if (!expression.Or())
        {
            throw new ConditionalCheckFailedException("The conditional request failed");
        }

        new Expression(Tokens(request.UpdateExpression), item, request.ExpressionAttributeNames, request.ExpressionAttributeValues).Update();
        items[key] = item;
        return Task.FromResult(new UpdateItemResponse());
    }

    private static (string Arn, long CreatedAt) KeyOf(Dictionary<string, AttributeValue> key) =>
        (key["clusterArn"].S, long.Parse(key["createdAt"].N, CultureInfo.InvariantCulture));

    private static Queue<string> Tokens(string expression) => new(Token().Matches(expression).Select(match => match.Value));

    [GeneratedRegex("[#:]?[A-Za-z_]+|<=|>=|<>|[()=<>,]")]
    private static partial Regex Token();

    /// <summary>A recursive descent parser for the DynamoDB expressions that the registry uses.</summary>
    private sealed class Expression(
        Queue<string> tokens, Dictionary<string, AttributeValue> item, Dictionary<string, string>? names, Dictionary<string, AttributeValue> values)
    {
        public bool Or()
        {
            var result = And();
            while (Accept("OR"))
            {
                result |= And();
            }

            return result;
        }

        public void Update()
        {
            if (Accept("SET"))
            {
                do
                {
                    var name = Name(tokens.Dequeue());
                    Expect("=");
                    item[name] = Value()!;
                }
                while (Accept(","));
            }

            if (Accept("REMOVE"))
            {
                do
                {
                    item.Remove(Name(tokens.Dequeue()));
                }
                while (Accept(","));
            }

            if (Accept("ADD"))
            {
                Sets((members, changed) => members.UnionWith(changed));
            }

            if (Accept("DELETE"))
            {
                Sets((members, changed) => members.ExceptWith(changed));
            }

            Assert.Empty(tokens);
        }

        /// <summary>Changes sets; an empty set is no attribute.</summary>
        private void Sets(Action<HashSet<string>, List<string>> change)
        {
            do
            {
                var (name, changed) = (Name(tokens.Dequeue()), Value()!.SS);
                var members = item.TryGetValue(name, out var found) ? found.SS.ToHashSet() : [];
                change(members, changed);
                item.Remove(name);
                if (members.Count > 0)
                {
                    item[name] = new AttributeValue { SS = [.. members] };
                }
            }
            while (Accept(","));
        }

        private bool And()
        {
            var result = Primary();
            while (Accept("AND"))
            {
                result &= Primary();
            }

            return result;
        }

        private bool Primary()
        {
            if (Accept("("))
            {
                var inner = Or();
                Expect(")");
                return inner;
            }

            if (Accept("attribute_not_exists"))
            {
                Expect("(");
                var name = Name(tokens.Dequeue());
                Expect(")");
                return !item.ContainsKey(name);
            }

            var (left, comparison, right) = (Value(), tokens.Dequeue(), Value());
            return left is not null && right is not null && comparison switch
            {
                "=" => Compare(left, right) == 0,
                "<>" => Compare(left, right) != 0,
                "<" => Compare(left, right) < 0,
                "<=" => Compare(left, right) <= 0,
                _ => throw new InvalidOperationException($"The fake does not support {comparison}."),
            };
        }

        private AttributeValue? Value()
        {
            var token = tokens.Dequeue();
            if (token == "if_not_exists")
            {
                Expect("(");
                var (present, other) = (Value(), Accept(",") ? Value() : null);
                Expect(")");
                return present ?? other;
            }

            return token.StartsWith(':') ? values[token] : item.GetValueOrDefault(Name(token));
        }

        private static int Compare(AttributeValue left, AttributeValue right) => left.N is { } number
            ? decimal.Parse(number, CultureInfo.InvariantCulture).CompareTo(decimal.Parse(right.N, CultureInfo.InvariantCulture))
            : string.CompareOrdinal(left.S, right.S);

        private string Name(string token) => token.StartsWith('#') ? names![token] : token;

        private bool Accept(string token)
        {
            if (!tokens.TryPeek(out var next) || next != token)
            {
                return false;
            }

            tokens.Dequeue();
            return true;
        }

        private void Expect(string token) => Assert.True(Accept(token), $"'{token}' is missing");
    }
}
