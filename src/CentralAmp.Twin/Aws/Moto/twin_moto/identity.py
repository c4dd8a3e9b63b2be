"""IAM: roles of templates, and the account's IAM for the gateway."""

import json

from moto.iam import models as iam


def document(policy):
    return policy if isinstance(policy, str) else json.dumps(policy)


_aws_managed = None


def aws_managed_document(arn):
    """moto carries the documents of AWS's managed policies, 2 MB of JSON: read when the first role names one."""
    global _aws_managed
    if _aws_managed is None:
        from moto.iam.aws_managed_policies import aws_managed_policies_data

        _aws_managed = json.loads(aws_managed_policies_data)
    policy = _aws_managed.get(arn.split("/")[-1])
    return json.dumps(policy["Document"]) if policy else None


def iam_of(account):
    backend = iam.iam_backends[account]["aws"]
    customer = {
        arn: current_version(policy)
        for arn, policy in list(backend.managed_policies.items())
    }
    return {
        "roles": [role_of(role, customer) for role in list(backend.roles.values())],
        "providers": [
            {"arn": provider.arn, "clientIds": provider.client_id_list or [], "tags": plain_tags(provider.tags)}
            for provider in list(backend.open_id_providers.values())
        ],
        "policies": customer,
    }


def current_version(policy):
    return next(version.document for version in policy.versions if version.version_id == policy.default_version_id)


def role_of(role, customer):
    attached = set(role.managed_policies) | set(getattr(role, "managed_by_template", []))
    return {
        "arn": role.arn,
        "name": role.name,
        "id": role.id,
        "trust": document(role.assume_role_policy_document),
        "boundary": role.permissions_boundary_arn or None,
        "maxSession": int(role.max_session_duration or 3600),
        "tags": plain_tags(role.tags),
        "policies": [document(policy) for policy in role.policies.values()]
        + [customer.get(arn) or aws_managed_document(arn) for arn in sorted(attached)],
    }


def plain_tags(tags):
    """moto keeps tags in three shapes."""
    if isinstance(tags, list):
        return {tag["Key"]: tag["Value"] for tag in tags}
    return {key: value["Value"] if isinstance(value, dict) else value for key, value in (tags or {}).items()}


# Quirk: a role made by CloudFormation loses its ManagedPolicyArns. Those of AWS need not exist in moto, so keep the list.
_create_role = iam.Role.create_from_cloudformation_json.__func__


def create_role(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
    role = _create_role(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs)
    role.managed_by_template = cloudformation_json["Properties"].get("ManagedPolicyArns", [])
    # Quirk: documents of a template stay Python objects, and GetRole and GetRolePolicy answer with their repr.
    role.policies = {name: document(policy) for name, policy in role.policies.items()}
    role.assume_role_policy_document = document(role.assume_role_policy_document)
    return role


iam.Role.create_from_cloudformation_json = classmethod(create_role)
