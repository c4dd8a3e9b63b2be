namespace CentralAmp.Twin.Aws.Authorization;

/// <summary>Operation and path labels of a REST request.</summary>
public sealed record RestMatch(string Operation, IReadOnlyDictionary<string, string> Labels);

/// <summary>The REST operations that the twin supports, named as in the service models.</summary>
public static class RestRoutes
{
    private static readonly Dictionary<string, Route[]> Routes = new()
    {
        ["eks"] =
        [
            new("POST", "clusters", "CreateCluster"),
            new("GET", "clusters", "ListClusters"),
            new("GET", "clusters/{name}", "DescribeCluster"),
            new("DELETE", "clusters/{name}", "DeleteCluster"),
            new("POST", "clusters/{name}/update-config", "UpdateClusterConfig"),
            new("GET", "clusters/{name}/updates/{updateId}", "DescribeUpdate"),
            new("GET", "clusters/{name}/pod-identity-associations", "ListPodIdentityAssociations"),
            new("POST", "clusters/{name}/access-entries", "CreateAccessEntry"),
            new("GET", "clusters/{name}/access-entries", "ListAccessEntries"),
            new("GET", "clusters/{name}/access-entries/{principalArn}", "DescribeAccessEntry"),
            new("POST", "clusters/{name}/access-entries/{principalArn}", "UpdateAccessEntry"),
            new("DELETE", "clusters/{name}/access-entries/{principalArn}", "DeleteAccessEntry"),
            new("GET", "clusters/{name}/access-entries/{principalArn}/access-policies", "ListAssociatedAccessPolicies"),
            new("POST", "clusters/{name}/access-entries/{principalArn}/access-policies", "AssociateAccessPolicy"),
            new("DELETE", "clusters/{name}/access-entries/{principalArn}/access-policies/{policyArn}", "DisassociateAccessPolicy"),
            new("GET", "tags/{resourceArn+}", "ListTagsForResource"),
            new("POST", "tags/{resourceArn+}", "TagResource"),
            new("DELETE", "tags/{resourceArn+}", "UntagResource"),
        ],
        ["aps"] =
        [
            new("POST", "workspaces", "CreateWorkspace"),
            new("GET", "workspaces", "ListWorkspaces"),
            new("GET", "workspaces/{workspaceId}", "DescribeWorkspace"),
            new("DELETE", "workspaces/{workspaceId}", "DeleteWorkspace"),
            new("POST", "workspaces/{workspaceId}/alias", "UpdateWorkspaceAlias"),
            new("GET", "workspaces/{workspaceId}/configuration", "DescribeWorkspaceConfiguration"),
            new("PATCH", "workspaces/{workspaceId}/configuration", "UpdateWorkspaceConfiguration"),
            new("POST", "workspaces/{workspaceId}/rulegroupsnamespaces", "CreateRuleGroupsNamespace"),
            new("GET", "workspaces/{workspaceId}/rulegroupsnamespaces", "ListRuleGroupsNamespaces"),
            new("GET", "workspaces/{workspaceId}/rulegroupsnamespaces/{name}", "DescribeRuleGroupsNamespace"),
            new("PUT", "workspaces/{workspaceId}/rulegroupsnamespaces/{name}", "PutRuleGroupsNamespace"),
            new("DELETE", "workspaces/{workspaceId}/rulegroupsnamespaces/{name}", "DeleteRuleGroupsNamespace"),
            new("POST", "workspaces/{workspaceId}/alertmanager/definition", "CreateAlertManagerDefinition"),
            new("GET", "workspaces/{workspaceId}/alertmanager/definition", "DescribeAlertManagerDefinition"),
            new("PUT", "workspaces/{workspaceId}/alertmanager/definition", "PutAlertManagerDefinition"),
            new("DELETE", "workspaces/{workspaceId}/alertmanager/definition", "DeleteAlertManagerDefinition"),
            new("GET", "tags/{resourceArn+}", "ListTagsForResource"),
            new("POST", "tags/{resourceArn+}", "TagResource"),
            new("DELETE", "tags/{resourceArn+}", "UntagResource"),
            new("POST", "workspaces/{workspaceId}/api/v1/remote_write", "RemoteWrite"),
            new("GET", "workspaces/{workspaceId}/api/v1/query", "QueryMetrics"),
            new("POST", "workspaces/{workspaceId}/api/v1/query", "QueryMetrics"),
            new("GET", "workspaces/{workspaceId}/api/v1/query_range", "QueryMetrics"),
            new("POST", "workspaces/{workspaceId}/api/v1/query_range", "QueryMetrics"),
            new("GET", "workspaces/{workspaceId}/api/v1/labels", "GetLabels"),
            new("POST", "workspaces/{workspaceId}/api/v1/labels", "GetLabels"),
            new("GET", "workspaces/{workspaceId}/api/v1/label/{label}/values", "GetLabels"),
            new("GET", "workspaces/{workspaceId}/api/v1/series", "GetSeries"),
            new("POST", "workspaces/{workspaceId}/api/v1/series", "GetSeries"),
            new("GET", "workspaces/{workspaceId}/api/v1/metadata", "GetMetricMetadata"),
        ],
        ["lambda"] =
        [
            new("POST", "2015-03-31/functions/{functionName}/invocations", "Invoke"),
            new("GET", "2015-03-31/functions/{functionName}", "GetFunction"),
            new("GET", "2015-03-31/functions/{functionName}/configuration", "GetFunctionConfiguration"),
            new("GET", "2015-03-31/functions", "ListFunctions"),
        ],
    };

    public static RestMatch? Match(string service, string method, string rawPath)
    {
        var segments = rawPath.TrimStart('/').Split('/');
        // AMP's data plane refuses a trailing slash; the control planes accept one.
        if (segments is [.., ""] && !rawPath.Contains("/api/v1/", StringComparison.Ordinal))
            segments = segments[..^1];

        return Routes.GetValueOrDefault(service, [])
            .Where(route => route.Method == method)
            .Select(route => route.Match(segments))
            .FirstOrDefault(match => match is not null);
    }

    private sealed record Route(string Method, string Template, string Operation)
    {
        private readonly string[] parts = Template.Split('/');

        public RestMatch? Match(string[] segments)
        {
            if (parts[^1].EndsWith("+}", StringComparison.Ordinal) && segments.Length > parts.Length)
                segments = [.. segments[..(parts.Length - 1)], string.Join('/', segments[(parts.Length - 1)..])];
            if (segments.Length != parts.Length)
                return null;

            var labels = new Dictionary<string, string>();
            foreach (var (part, segment) in parts.Zip(segments))
            {
                if (part.StartsWith('{'))
                    labels[part.Trim('{', '}', '+')] = Uri.UnescapeDataString(segment);
                else if (part != segment)
                    return null;
            }

            return new RestMatch(Operation, labels);
        }
    }
}
