using System.Globalization;
using System.Text.RegularExpressions;
using CentralAmp.Twin.Aws.Authorization;
using CentralAmp.Twin.Aws.Gateway;
using CentralAmp.Twin.Aws.Identity;
using CentralAmp.Twin.Aws.Policies;

namespace CentralAmp.Twin.Aws.Sts;

/// <summary>STS: issues sessions of a role to callers that the role's trust policy and, where required, their own policies allow.</summary>
public sealed partial class SecurityTokenService(
    IamView iam, KeyRing keys, Authorizer authorizer, IWebIdentityVerifier webIdentity) : IAwsService
{
    private static readonly TimeSpan ChainedLimit = TimeSpan.FromHours(1);
    private static readonly TimeSpan ServiceSession = TimeSpan.FromHours(12);

    public Task<GatewayResponse> HandleAsync(GatewayRequest request, CancellationToken cancellationToken) =>
        Task.FromResult(request.Call.Operation switch
        {
            "GetCallerIdentity" => Answer("GetCallerIdentity", $"<Arn>{request.Caller.Arn}</Arn><UserId>{request.Caller.UserId}</UserId><Account>{request.Caller.AccountId}</Account>"),
            "AssumeRole" => AssumeRole(request.Caller, request.Call),
            _ => throw AwsException.NotImplemented($"sts:{request.Call.Operation}"),
        });

    /// <summary>AssumeRoleWithWebIdentity. The request is not signed; the token authenticates the caller.</summary>
    /// <exception cref="AwsException">STS refused the call.</exception>
    public GatewayResponse AssumeRoleWithWebIdentity(ApiCall call)
    {
        const string action = "sts:AssumeRoleWithWebIdentity";
        var (arn, sessionName) = (call.Required("RoleArn"), SessionName(call));
        var token = webIdentity.Read(call.Required("WebIdentityToken"));
        var accountId = Arn.TryParse(arn)?.AccountId ?? throw Invalid($"{arn} is invalid");

        var issuer = token.Issuer[(token.Issuer.IndexOf("//", StringComparison.Ordinal) + 2)..];
        var snapshot = iam.InEffect(accountId);
        if (!snapshot.Providers.TryGetValue($"arn:aws:iam::{accountId}:oidc-provider/{issuer}", out var provider))
            throw new AwsException(400, "InvalidIdentityToken", $"No OpenIDConnect provider found in your account for {token.Issuer}");
        webIdentity.VerifySignature(call.Required("WebIdentityToken"));
        if (!token.Audiences.Intersect(provider.ClientIds).Any())
            throw new AwsException(400, "InvalidIdentityToken", "Incorrect token audience");

        var context = RequestContext.Empty
            .With($"{issuer}:aud", token.Audiences.First(provider.ClientIds.Contains))
            .With($"{issuer}:sub", token.Subject)
            .With("sts:RoleSessionName", sessionName)
            .With("aws:FederatedProvider", provider.Arn);
        var role = snapshot.Roles.GetValueOrDefault(arn);
        if (role is null || PolicyEvaluator.EvaluateResourcePolicy(role.Trust, new CallerNames("Federated", [provider.Arn]), new RequestedAction(action, arn, context)) != DenialKind.None)
            throw AwsException.AccessDenied($"Not authorized to perform {action}");

        var key = keys.IssueSession(role, sessionName, Duration(call, role, chained: false));
        return Answer("AssumeRoleWithWebIdentity", $"""
            {Credentials(key, role)}<SubjectFromWebIdentityToken>{token.Subject}</SubjectFromWebIdentityToken><Provider>{provider.Arn}</Provider><Audience>{context[$"{issuer}:aud"]![0]}</Audience>
            """);
    }

    /// <summary>Issues a session of a role to an AWS service: Lambda, Step Functions or EventBridge.</summary>
    /// <param name="sourceArn">The resource for which the service acts: a state machine, a rule or a function.</param>
    /// <exception cref="AwsException">The role does not trust the service for that resource.</exception>
    public AccessKey AssumeAsService(string service, string roleArn, string sourceArn)
    {
        var source = Arn.TryParse(sourceArn) ?? throw Invalid($"{sourceArn} is invalid");
        var context = RequestContext.Empty
            .With("aws:SourceArn", sourceArn).With("aws:SourceAccount", source.AccountId).With("aws:SourceOrgID", TwinAccounts.OrganizationId)
            .With("aws:PrincipalIsAWSService", "true").With("aws:PrincipalServiceName", service);
        var role = iam.InEffect(Arn.TryParse(roleArn)?.AccountId ?? "").Roles.GetValueOrDefault(roleArn);
        if (role is null || PolicyEvaluator.EvaluateResourcePolicy(role.Trust, new CallerNames("Service", [service]), new RequestedAction("sts:AssumeRole", roleArn, context)) != DenialKind.None)
            throw AwsException.AccessDenied($"{service} is not authorized to assume the role {roleArn} for {sourceArn}: check its trust policy");
        return keys.IssueSession(role, KeyRing.SessionName(source.ResourceName), ServiceSession);
    }

    private GatewayResponse AssumeRole(Caller caller, ApiCall call)
    {
        if (call.Parameters.Any(field => field.Key.StartsWith("Tags.", StringComparison.Ordinal) || field.Key is "Policy" or "SerialNumber"))
            throw AwsException.NotImplemented("AssumeRole with session tags, a session policy or MFA");

        var (arn, sessionName) = (call.Required("RoleArn"), SessionName(call));
        var request = new RequestedAction("sts:AssumeRole", arn, RequestContext.Empty
            .With("sts:ExternalId", call.Text("ExternalId")).With("sts:RoleSessionName", sessionName));
        var role = iam.InEffect(Arn.TryParse(arn)?.AccountId ?? throw Invalid($"{arn} is invalid")).Roles.GetValueOrDefault(arn);
        DemandAssume(caller, role, request);
        return Answer("AssumeRole", Credentials(keys.IssueSession(role!, sessionName, Duration(call, role!, chained: !caller.IsOperator)), role!));
    }

    // Within an account the trust policy alone is enough if it names the caller; if it names the account, or the caller is
    // of another one, the caller's own policies must allow it too. A deny anywhere wins.
    private void DemandAssume(Caller caller, IamRole? role, RequestedAction request)
    {
        var own = authorizer.Judge(caller, request);
        var callerRole = caller.IsOperator ? null : iam.InEffect(caller.AccountId).Roles.GetValueOrDefault(caller.RoleArn!);
        var global = request with { Context = request.Context.With(Authorizer.GlobalKeys(caller, callerRole, request.Resource)) };
        var trust = role is null ? DenialKind.NoResourcePolicyAllows : PolicyEvaluator.EvaluateResourcePolicy(role.Trust, Authorizer.NamesOf(caller), global);
        // The twin's operator is an administrator, but the trust policy must still allow him.
        if (trust != DenialKind.None)
            throw AwsException.AccessDenied($"User: {caller.Arn} is not authorized to perform: sts:AssumeRole on resource: {request.Resource}");

        var namesCaller = role!.AccountId == caller.AccountId
            && PolicyEvaluator.EvaluateResourcePolicy(role.Trust, new CallerNames("AWS", [caller.RoleArn ?? caller.Arn, caller.Arn]), global) == DenialKind.None;
        if (own != DenialKind.None && !(namesCaller && own is DenialKind.NoIdentityPolicyAllows))
            throw AwsException.AccessDenied(PolicyEvaluator.Describe(own, caller.Arn, request));
    }

    private static TimeSpan Duration(ApiCall call, IamRole role, bool chained)
    {
        var asked = TimeSpan.FromSeconds(int.Parse(call.Text("DurationSeconds") ?? "3600", CultureInfo.InvariantCulture));
        if (asked < TimeSpan.FromMinutes(15))
            throw Invalid($"1 validation error detected: Value '{asked.TotalSeconds:F0}' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900");
        if (chained && asked > ChainedLimit)
            throw Invalid("The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.");
        if (asked > role.MaxSession)
            throw Invalid("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
        return asked;
    }

    private static string SessionName(ApiCall call)
    {
        var name = call.Required("RoleSessionName");
        return SessionNames().IsMatch(name)
            ? name
            : throw Invalid($"1 validation error detected: Value '{name}' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]* (2 to 64 characters)");
    }

    private static string Credentials(AccessKey key, IamRole role) =>
        $"""
        <AssumedRoleUser><AssumedRoleId>{role.Id}:{key.Caller.Arn.Split('/')[^1]}</AssumedRoleId><Arn>{key.Caller.Arn}</Arn></AssumedRoleUser><Credentials><AccessKeyId>{key.Id}</AccessKeyId><SecretAccessKey>{key.Secret}</SecretAccessKey><SessionToken>{key.Token}</SessionToken><Expiration>{key.Expires.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}</Expiration></Credentials>
        """;

    private static GatewayResponse Answer(string operation, string result) => GatewayResponse.Xml(
        $"""
        <{operation}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><{operation}Result>{result}</{operation}Result><ResponseMetadata><RequestId>{Guid.NewGuid()}</RequestId></ResponseMetadata></{operation}Response>
        """);

    private static AwsException Invalid(string message) => new(400, "ValidationError", message);

    [GeneratedRegex(@"^[\w+=,.@-]{2,64}$")]
    private static partial Regex SessionNames();
}
