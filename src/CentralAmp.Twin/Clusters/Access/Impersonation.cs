using CentralAmp.Twin.Clusters.Api;
using Microsoft.AspNetCore.Http;

namespace CentralAmp.Twin.Clusters.Access;

/// <summary>Impersonation of a user and groups by a caller with that permission (Kubernetes, "User impersonation").</summary>
internal static class Impersonation
{
    /// <summary>The impersonated user; the caller if the request impersonates no user.</summary>
    /// <exception cref="StatusException">403: the caller may not impersonate.</exception>
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
