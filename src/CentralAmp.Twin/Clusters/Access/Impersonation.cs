using CentralAmp.Twin.Clusters.Api;
using Microsoft.AspNetCore.Http;

namespace CentralAmp.Twin.Clusters.Access;

/// <summary>Whoever may do so acts as somebody else (Kubernetes, "User impersonation"): a user, and with him groups.</summary>
internal static class Impersonation
{
    /// <summary>Who acts; the caller himself where he asks for nobody.</summary>
    /// <exception cref="StatusException">403: he may not.</exception>
    public static UserInfo Of(IHeaderDictionary headers, UserInfo caller, Authorizer authorizer)
    {
        if (headers["Impersonate-User"].ToString() is not { Length: > 0 } name)
            return caller;
        string[] groups = [.. headers["Impersonate-Group"].SelectMany(value => value!.Split(',', StringSplitOptions.TrimEntries))];
        foreach (var access in groups.Select(group => new AccessRequest("impersonate", "", "groups", "", group)).Prepend(new AccessRequest("impersonate", "", "users", "", name)))
        {
            if (!authorizer.Allows(caller, access))
                throw AccessDenied.For(caller, access);
        }
        return new UserInfo(name, [.. groups, "system:authenticated"], caller.Caller);
    }
}
