"""CloudFormation resource types that moto skips silently: some act in the twin, others only need to exist."""

import base64

from moto.amp.models import amp_backends
from moto.cloudformation.exceptions import ValidationError
from moto.core.common_models import CloudFormationModel

from twin_moto.gateway import ask_gateway

bus_policies = {}  # (account, region, bus) -> {statement id: statement}; the gateway asks for them
schedules = {}  # ARN -> properties; nothing fires them by itself, tests do


class TwinResource:
    """Base class of the twin's resource types. moto derives the service from the module's second part."""

    @staticmethod
    def cloudformation_name_type():
        return ""

    @classmethod
    def has_cfn_attr(cls, attr):
        return True

    def is_created(self):
        return True


class EventBusPolicy(TwinResource, CloudFormationModel):
    __module__ = "moto.twin"

    def __init__(self, key, statement_id):
        self.key, self.statement_id = key, statement_id
        self.physical_resource_id = statement_id

    @staticmethod
    def cloudformation_type():
        return "AWS::Events::EventBusPolicy"

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        properties = cloudformation_json["Properties"]
        key = (account_id, region_name, properties.get("EventBusName", "default").split("/")[-1])
        bus_policies.setdefault(key, {})[properties["StatementId"]] = properties["Statement"]
        return cls(key, properties["StatementId"])

    def delete(self, account_id, region_name):
        bus_policies.get(self.key, {}).pop(self.statement_id, None)


class Workspace(TwinResource, CloudFormationModel):
    """Its Prometheus enforces neither retention nor limits: the stack's configuration is only what the workspace describes."""

    __module__ = "moto.twin"

    KNOWN = {"Alias", "Tags", "AlertManagerDefinition", "WorkspaceConfiguration"}

    def __init__(self, workspace):
        self.workspace = workspace
        self.physical_resource_id = workspace.arn

    @staticmethod
    def cloudformation_type():
        return "AWS::APS::Workspace"

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        properties = cloudformation_json["Properties"]
        only(cls, properties, cls.KNOWN)
        tags = {tag["Key"]: tag["Value"] for tag in properties.get("Tags", [])}
        workspace = amp_backends[account_id][region_name].create_workspace(properties.get("Alias", ""), tags)
        define(account_id, region_name, workspace.workspace_id, "UpdateWorkspaceConfiguration", configuration(properties.get("WorkspaceConfiguration", {})))
        if definition := properties.get("AlertManagerDefinition"):
            define(account_id, region_name, workspace.workspace_id, "CreateAlertManagerDefinition", {"data": definition})
        return cls(workspace)

    @classmethod
    def has_cfn_attr(cls, attr):
        return attr in ("Arn", "WorkspaceId", "PrometheusEndpoint")

    def get_cfn_attribute(self, attribute_name):
        return {
            "Arn": self.workspace.arn,
            "WorkspaceId": self.workspace.workspace_id,
            "PrometheusEndpoint": self.workspace.endpoint,
        }[attribute_name]

    def delete(self, account_id, region_name):
        amp_backends[account_id][region_name].delete_workspace(self.workspace.workspace_id)


class RuleGroupsNamespace(TwinResource, CloudFormationModel):
    __module__ = "moto.twin"

    KNOWN = {"Workspace", "Name", "Data", "Tags"}

    def __init__(self, arn, workspace_id, name):
        self.arn, self.workspace_id, self.name = arn, workspace_id, name
        self.physical_resource_id = arn

    @staticmethod
    def cloudformation_type():
        return "AWS::APS::RuleGroupsNamespace"

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        properties = cloudformation_json["Properties"]
        only(cls, properties, cls.KNOWN)
        workspace_id = properties["Workspace"].split("/")[-1]
        tags = {tag["Key"]: tag["Value"] for tag in properties.get("Tags", [])}
        created = define(
            account_id, region_name, workspace_id, "CreateRuleGroupsNamespace", {"name": properties["Name"], "data": properties["Data"], "tags": tags}
        )
        return cls(created["arn"], workspace_id, properties["Name"])

    @classmethod
    def has_cfn_attr(cls, attr):
        return attr == "Arn"

    def get_cfn_attribute(self, attribute_name):
        return {"Arn": self.arn}[attribute_name]

    def delete(self, account_id, region_name):
        define(account_id, region_name, self.workspace_id, "DeleteRuleGroupsNamespace", {"name": self.name})


def configuration(properties):
    limits = [
        {"limits": {"maxSeries": int(limit["Limits"]["MaxSeries"])}, "labelSet": {label["Name"]: label["Value"] for label in limit["LabelSet"]}}
        for limit in properties.get("LimitsPerLabelSets", [])
    ]
    given = {"limitsPerLabelSet": limits}
    if "RetentionPeriodInDays" in properties:
        given["retentionPeriodInDays"] = int(properties["RetentionPeriodInDays"])
    return given


def only(resource, properties, known):
    """A property that the twin would ignore fails the stack."""
    if unknown := sorted(set(properties) - known):
        raise ValidationError(message=f"The twin does not implement {', '.join(unknown)} of {resource.cloudformation_type()}")


def define(account_id, region_name, workspace_id, operation, parameters):
    """The twin's own AMP keeps what moto does not have; text becomes what the API takes."""
    if "data" in parameters:
        parameters = parameters | {"data": base64.b64encode(parameters["data"].encode()).decode()}
    try:
        return ask_gateway(
            "workspace-definition",
            {"account": account_id, "region": region_name, "operation": operation, "parameters": parameters | {"workspaceId": workspace_id}},
        )
    except PermissionError as refused:
        raise ValidationError(message=str(refused)) from refused


class Schedule(TwinResource, CloudFormationModel):
    __module__ = "moto.twin"

    def __init__(self, name, arn):
        self.name, self.arn = name, arn
        self.physical_resource_id = name

    @staticmethod
    def cloudformation_name_type():
        return "Name"

    @staticmethod
    def cloudformation_type():
        return "AWS::Scheduler::Schedule"

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        properties = cloudformation_json["Properties"]
        arn = f"arn:aws:scheduler:{region_name}:{account_id}:schedule/{properties.get('GroupName', 'default')}/{resource_name}"
        schedules[arn] = properties
        return cls(resource_name, arn)

    @classmethod
    def has_cfn_attr(cls, attr):
        return attr == "Arn"

    def get_cfn_attribute(self, attribute_name):
        return {"Arn": self.arn}[attribute_name]

    def delete(self, account_id, region_name):
        schedules.pop(self.arn, None)


def only_there(resource_type, name_property="", arn=None):
    """A resource type without effect in the twin, to which other resources of the template may refer."""

    class Resource(TwinResource, CloudFormationModel):
        __module__ = "moto.twin"

        def __init__(self, name, own_arn):
            self.own_arn = own_arn
            self.physical_resource_id = name

        @staticmethod
        def cloudformation_name_type():
            return name_property

        @staticmethod
        def cloudformation_type():
            return resource_type

        @classmethod
        def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
            return cls(resource_name, arn and arn.format(region=region_name, account=account_id, name=resource_name))

        @classmethod
        def has_cfn_attr(cls, attr):
            return attr == "Arn" and arn is not None

        def get_cfn_attribute(self, attribute_name):
            return {"Arn": self.own_arn}[attribute_name]

        def delete(self, account_id, region_name):
            pass

    return Resource


NOTICED_BY_NOBODY = [
    only_there("AWS::CloudWatch::Alarm", "AlarmName", "arn:aws:cloudwatch:{region}:{account}:alarm:{name}"),
    only_there("AWS::CloudWatch::CompositeAlarm", "AlarmName", "arn:aws:cloudwatch:{region}:{account}:alarm:{name}"),
    only_there("AWS::Logs::MetricFilter"),
    only_there("AWS::Logs::QueryDefinition"),
    only_there("AWS::SNS::Subscription"),
    only_there("AWS::SNS::TopicPolicy"),
    only_there("AWS::SQS::QueuePolicy"),  # dead letter queues are not filled here
    only_there("AWS::Scheduler::ScheduleGroup", "Name", "arn:aws:scheduler:{region}:{account}:schedule-group/{name}"),
]
