using System.Text.Json.Nodes;
using CentralAmp.Twin.Clusters.Objects;

namespace CentralAmp.Twin.Clusters.Stack;

/// <summary>
/// The admission webhook of IRSA (amazon-eks-pod-identity-webhook): a new pod whose service account names a role gets
/// that role's name, a token file and the region into its containers. It fails open.
/// </summary>
internal sealed class PodIdentityWebhook(string region, ClusterBehaviour behaviour)
{
    public const string TokenMount = "/var/run/secrets/eks.amazonaws.com/serviceaccount";
    public const string TokenVolume = "aws-iam-token";

    private const string Prefix = "eks.amazonaws.com/";
    private const string DefaultAudience = "sts.amazonaws.com";

    /// <summary>The pod with what the webhook adds; the pod as it is when there is nothing to add or the webhook is down.</summary>
    public JsonObject Mutate(JsonObject pod, JsonObject serviceAccount)
    {
        var annotations = serviceAccount.At("metadata", "annotations");
        if (behaviour.WebhookDown || annotations.TextAt(Prefix + "role-arn") is not { Length: > 0 } role)
            return pod;

        pod.Child("spec")["volumes"] ??= new JsonArray();
        ((JsonArray)pod.At("spec", "volumes")!).Add(TokenOf(annotations));
        var isRegional = annotations.TextAt(Prefix + "sts-regional-endpoints") != "false";
        foreach (var container in pod.ObjectsAt("spec", "containers"))
        {
            Add(container, "volumeMounts", new JsonObject { ["mountPath"] = TokenMount, ["name"] = TokenVolume, ["readOnly"] = true });
            if (isRegional)
                AddVariable(container, "AWS_STS_REGIONAL_ENDPOINTS", "regional");
            AddVariable(container, "AWS_DEFAULT_REGION", region);
            AddVariable(container, "AWS_REGION", region);
            AddVariable(container, "AWS_ROLE_ARN", role);
            AddVariable(container, "AWS_WEB_IDENTITY_TOKEN_FILE", $"{TokenMount}/token");
        }
        return pod;
    }

    private static JsonObject TokenOf(JsonNode? annotations) => new()
    {
        ["name"] = TokenVolume,
        ["projected"] = new JsonObject
        {
            ["sources"] = new JsonArray(new JsonObject
            {
                ["serviceAccountToken"] = new JsonObject
                {
                    ["audience"] = annotations.TextAt(Prefix + "audience") ?? DefaultAudience,
                    ["expirationSeconds"] = 86_400,
                    ["path"] = "token",
                },
            }),
        },
    };

    // What the container already sets stays (the webhook's README).
    private static void AddVariable(JsonObject container, string name, string value)
    {
        if (!container.ObjectsAt("env").Any(e => e.TextAt("name") == name))
            Add(container, "env", new JsonObject { ["name"] = name, ["value"] = value });
    }

    private static void Add(JsonObject container, string list, JsonObject item)
    {
        container[list] ??= new JsonArray();
        ((JsonArray)container[list]!).Add(item);
    }
}
