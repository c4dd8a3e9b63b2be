"""Nested stacks, and StackSets, whose instances moto records but does not deploy."""

import json
import os
import uuid

from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.models import Stack, cloudformation_backends
from moto.cloudformation.utils import get_stack_from_s3_url
from moto.core.common_models import CloudFormationModel

from twin_moto.resources import TwinResource

# Accounts of each organizational unit.
ORGANIZATION = json.loads(os.environ.get("TWIN_ORGANIZATION", "{}"))


# Quirk: outputs of a nested stack have no attribute.
def stack_attribute(self, name):
    outputs = {output["OutputKey"]: output["OutputValue"] for output in self.outputs or []}
    return outputs[name.removeprefix("Outputs.")]


Stack.get_cfn_attribute = stack_attribute
Stack.has_cfn_attr = classmethod(lambda cls, name: name.startswith("Outputs."))
Stack.is_created = lambda self: True


class StackSet(TwinResource, CloudFormationModel):
    """A service-managed one: the stack of every account and region, region after region in the order that was asked for."""

    __module__ = "moto.twin"

    def __init__(self, name, instances):
        self.name, self.instances = name, instances
        self.physical_resource_id = f"{name}:{uuid.uuid4()}"

    @staticmethod
    def cloudformation_name_type():
        return "StackSetName"

    @staticmethod
    def cloudformation_type():
        return "AWS::CloudFormation::StackSet"

    @classmethod
    def has_cfn_attr(cls, attr):
        return attr == "StackSetId"

    def get_cfn_attribute(self, attribute_name):
        return {"StackSetId": self.physical_resource_id}[attribute_name]

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        properties = cloudformation_json["Properties"]
        template = properties.get("TemplateBody") or get_stack_from_s3_url(properties["TemplateURL"], account_id, "aws")
        if properties["PermissionModel"] == "SERVICE_MANAGED" and "Transform" in Stack.parse_template(template):
            raise ValidationError(message="StackSets with service-managed permissions don't support templates with transforms")
        parameters = {parameter["ParameterKey"]: parameter["ParameterValue"] for parameter in properties.get("Parameters", [])}
        order = properties.get("OperationPreferences", {}).get("RegionOrder", [])
        instances = []
        for group in properties.get("StackInstancesGroup", []):
            for region in sorted(group["Regions"], key=lambda name: order.index(name) if name in order else len(order)):
                for account in accounts_of(group["DeploymentTargets"]):
                    name = f"StackSet-{resource_name}-{uuid.uuid4()}"
                    cloudformation_backends[account][region].create_stack(name, template, dict(parameters))
                    instances.append((account, region, name))
        return cls(resource_name, instances)

    def delete(self, account_id, region_name):
        for account, region, name in self.instances:
            cloudformation_backends[account][region].delete_stack(name)


def accounts_of(targets):
    """An organizational unit that is not there is an error of the template's, as it is in AWS."""
    missing = [unit for unit in targets["OrganizationalUnitIds"] if unit not in ORGANIZATION]
    if missing:
        raise ValidationError(message=f"Organizational units not found: {', '.join(missing)}")
    accounts = [account for unit in targets["OrganizationalUnitIds"] for account in ORGANIZATION[unit]]
    named = targets.get("Accounts", [])
    kind = targets.get("AccountFilterType", "NONE")
    return [account for account in accounts if kind == "NONE" or (account in named) == (kind == "INTERSECTION")]


def every_stack():
    return [
        {
            "account": account,
            "region": region,
            "name": stack.name,
            "resources": list(stack.template_dict["Resources"]),
            "outputs": {output["OutputKey"]: output["OutputValue"] for output in stack.outputs or []},
        }
        for account, regions in list(cloudformation_backends.items())
        for region, backend in list(regions.items())
        for stack in list(backend.stacks.values())
    ]
