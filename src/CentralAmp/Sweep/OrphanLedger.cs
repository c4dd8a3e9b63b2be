using System.Text.Json.Nodes;

namespace CentralAmp.Sweep;

/// <summary>A remaining object of an offboarded cluster.</summary>
public sealed record Remainder(string ResourceArn, string ClusterArn, long CreatedAt);

/// <summary>What the pages of one account have shown so far. It is part of the page token, so that the last page decides about all of them.</summary>
public sealed record OrphanLedger
{
    /// <summary>Tags of a member account start at most so many offboardings in one sweep, and none if they name more clusters.</summary>
    public const int MostClusters = 3;

    /// <summary>The token of the page itself; null for the first page.</summary>
    public string? Next { get; init; }

    /// <summary>In a member account: objects whose clusters are offboarded again by the last page.</summary>
    public IReadOnlyList<Remainder> Remainders { get; private init; } = [];

    /// <summary>The objects named more than <see cref="MostClusters"/> clusters, so they are only reported.</summary>
    public bool TooMany { get; private init; }

    /// <summary>The number of resources that have CentralAmp's tags and prove nothing.</summary>
    public int Unproven { get; private init; }

    /// <summary>Why the first of them proves nothing.</summary>
    public string? Example { get; private init; }

    /// <param name="token">Null for the first page. The last release wrote tokens without a ledger.</param>
    public static OrphanLedger Parse(string? token)
    {
        if (token?.StartsWith('{') != true)
        {
            return new OrphanLedger { Next = token };
        }

        var parsed = JsonNode.Parse(token)!;
        return new OrphanLedger
        {
            Next = (string?)parsed["next"],
            Remainders = [.. parsed["remainders"]!.AsArray().Select(each => new Remainder((string)each!["resource"]!, (string)each["cluster"]!, (long)each["createdAt"]!))],
            TooMany = (bool)parsed["tooMany"]!,
            Unproven = (int)parsed["unproven"]!,
            Example = (string?)parsed["example"],
        };
    }

    public string ToToken() => JsonText.Print(new JsonObject
    {
        ["next"] = Next,
        ["remainders"] = new JsonArray([.. Remainders.Select(each => (JsonNode)new JsonObject
        {
            ["resource"] = each.ResourceArn,
            ["cluster"] = each.ClusterArn,
            ["createdAt"] = each.CreatedAt,
        })]),
        ["tooMany"] = TooMany,
        ["unproven"] = Unproven,
        ["example"] = Example,
    });

    public OrphanLedger WithUnproven(string why, int count = 1) => this with { Unproven = Unproven + count, Example = Example ?? why };

    public OrphanLedger With(Remainder remainder)
    {
        Remainder[] all = [.. Remainders, remainder];
        return TooMany || all.DistinctBy(each => (each.ClusterArn, each.CreatedAt)).Count() > MostClusters
            ? WithUnproven($"{remainder.ResourceArn} is one of the remaining objects of more than {MostClusters} offboarded clusters", all.Length) with { Remainders = [], TooMany = true }
            : this with { Remainders = all };
    }
}
