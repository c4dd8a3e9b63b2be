"""moto 5.2.1 as one part of the twin: its services and its Step Functions engine, with the repairs they need.

Usage: launcher.py PORT_FILE
    The server listens on a free loopback port and writes it to PORT_FILE when it is ready.
Environment: TWIN_GATEWAY (address of the gateway in front of us), TWIN_SECRET (opens the gateway's private endpoints).

Every repair says which quirk of moto it is for. The order matters: modules that import names from patched modules
must be imported after the patch.
"""

import copy
import functools
import json
import os
import sys
import threading
import time
import uuid

import boto3
import jsonpath_ng
import jsonpath_ng.ext
import requests
from botocore.config import Config
from botocore.exceptions import ClientError

GATEWAY = os.environ["TWIN_GATEWAY"]
SECRET = os.environ["TWIN_SECRET"]

# ---------------------------------------------------------------------------------------------------------------------
# Speed: Python uses one processor, and an execution would use it for seconds.

# Quirk: every look at a path builds a parser with all its tables, 10 ms each. Paths are few, and parsed ones have no state.
jsonpath_ng.parse = functools.cache(jsonpath_ng.parse)
jsonpath_ng.ext.parse = functools.cache(jsonpath_ng.ext.parse)

import moto.backends

# Quirk: every request lists moto's own folder to find the service that it is for.
_moto_modules = list(moto.backends.list_of_moto_modules())
moto.backends.list_of_moto_modules = lambda: _moto_modules

# ---------------------------------------------------------------------------------------------------------------------
# Calls of AWS services (the engine, EventBridge) on behalf of the customer: with the role that the customer gave them.

_gateway = requests.Session()
_gateway.trust_env = False  # a proxy of this machine has nothing to do with the twin
_session = boto3.session.Session()  # it keeps the service models, which take longest to read
_credentials = {}
_clients = {}
_lock = threading.Lock()


def ask_gateway(path, body):
    response = _gateway.post(f"{GATEWAY}/_twin/{path}", json=body, headers={"x-twin-secret": SECRET}, timeout=60)
    if response.status_code != 200:
        raise PermissionError(response.text)
    return response.json()


def service_credentials(service, role_arn, source_arn):
    """Credentials of a role for a service; the gateway checks the role's trust policy, source ARN and account included."""
    key = (service, role_arn, source_arn)
    with _lock:
        known = _credentials.get(key)
        if known is None or known["expires"] < time.time() + 60:
            known = ask_gateway("service-credentials", {"service": service, "roleArn": role_arn, "sourceArn": source_arn})
            _credentials[key] = known
            _clients.clear()
        return known


def client_as(credentials, api, region):
    """A boto3 client is costly to make, and safe to share between threads; a session is not, hence the lock."""
    key = (credentials["accessKeyId"], api, region)
    with _lock:
        if key not in _clients:
            _clients[key] = _session.client(
                api,
                region_name=region,
                endpoint_url=GATEWAY,
                aws_access_key_id=credentials["accessKeyId"],
                aws_secret_access_key=credentials["secretAccessKey"],
                aws_session_token=credentials["sessionToken"],
                config=Config(
                    parameter_validation=False,
                    retries={"total_max_attempts": 1},
                    connect_timeout=900,
                    read_timeout=900,
                    max_pool_connections=100,
                    proxies={},
                ),
            )
        return _clients[key]


# Quirk: the engine calls as ak/sk of account 123456789012 and ignores the role of the state machine and of the task.
import moto.stepfunctions.parser.asl.utils.boto_client as boto_client_module


def boto_client_for(region, service, state_credentials=None):
    credentials = service_credentials("states.amazonaws.com", state_credentials.execution_role, state_credentials.state_machine)
    if state_credentials.role_arn != state_credentials.execution_role:
        sts = client_as(credentials, "sts", region)
        answer = sts.assume_role(RoleArn=state_credentials.role_arn, RoleSessionName="states")["Credentials"]
        credentials = {
            "accessKeyId": answer["AccessKeyId"],
            "secretAccessKey": answer["SecretAccessKey"],
            "sessionToken": answer["SessionToken"],
        }
    return client_as(credentials, service, region)


boto_client_module.boto_client_for = boto_client_for

from moto.stepfunctions.parser.asl.component.state.exec.state_task.state_task import StateTask

_eval_state_credentials = StateTask._eval_state_credentials


def eval_state_credentials(self, env):
    """The engine forgets whose execution it is as soon as credentials are in play: carry it along."""
    credentials = _eval_state_credentials(self, env)
    credentials.execution_role = env.aws_execution_details.role_arn
    credentials.state_machine = env.states.context_object.context_object_data["StateMachine"]["Id"]
    return credentials


StateTask._eval_state_credentials = eval_state_credentials

import moto.stepfunctions.models as machines
import moto.stepfunctions.parser.backend.execution as executions
import moto.stepfunctions.parser.models as engine
from moto.core.config import default_user_config
from moto.stepfunctions.parser.asl.utils.encoding import to_json_str

# ---------------------------------------------------------------------------------------------------------------------
# Step Functions


# Quirk: StartExecution deep-copies the machine, with it the backend, every execution, their threads and locks; only
# the first execution in an account and region ever starts.
def copy_machine(self, memo):
    clone = copy.copy(self)
    clone.executions = []
    memo[id(self)] = clone
    return clone


machines.StateMachine.__deepcopy__ = copy_machine

# Quirk: an execution without a name gets an ARN that ends ":None".
_start_execution = engine.StepFunctionsParserBackend.start_execution


def start_execution(self, state_machine_arn, name=None, *args, **kwargs):
    return _start_execution(self, state_machine_arn, name or str(uuid.uuid4()), *args, **kwargs)


engine.StepFunctionsParserBackend.start_execution = start_execution

# Quirk: every execution parses the whole definition, 0.3 s for ours. What acts is made anew for each from the same tree.
from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser
from moto.stepfunctions.parser.asl.parse.preprocessor import Preprocessor

_parse_definition = AmazonStateLanguageParser.parse


@functools.cache
def tree_of(definition):
    return _parse_definition(definition)[1]


AmazonStateLanguageParser.parse = staticmethod(lambda definition: (Preprocessor().visit(tree_of(definition)), tree_of(definition)))

# Quirk: where a service refuses the call, or a function reports an error without a type, the task fails with names of the
# engine's own instead of those that AWS documents and that state machines retry. A cause that is no text (a refused event)
# makes GetExecutionHistory answer 500.
from moto.stepfunctions.parser.asl.component.common.error_name.custom_error_name import CustomErrorName
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_events import (
    StateTaskServiceEvents,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.state_task_lambda import StateTaskLambda


def named_as_aws_does(service, from_error):
    def failure_event(self, env, ex):
        failure = from_error(self, env, ex)
        (details,) = failure.event_details.values()
        if isinstance(ex, ClientError):
            details["error"] = f"{service}.{ex.response['Error']['Code']}"
        elif details["error"] == "Exception":
            details["error"] = f"{service}.Unknown"
        if not details["error"].startswith("States."):
            failure.error_name = CustomErrorName(details["error"])
        if not isinstance(details.get("cause", ""), str):
            details["cause"] = json.dumps(details["cause"])
        return failure

    return failure_event


StateTaskLambda._from_error = named_as_aws_does("Lambda", StateTaskLambda._from_error)
StateTaskServiceEvents._from_error = named_as_aws_does("EventBridge", StateTaskServiceEvents._from_error)

# Quirk: a value that is not JSON (a time of the context object) in the output makes DescribeExecution answer 500.
_reflect = executions.BaseExecutionWorkerCommunication._reflect_execution_status


def reflect_execution_status(self):
    _reflect(self)
    if self.execution.output is not None:
        self.execution.output = json.loads(to_json_str(self.execution.output))


executions.BaseExecutionWorkerCommunication._reflect_execution_status = reflect_execution_status

# Quirk: CloudFormation puts state machines into the backend that does not execute, knows no DefinitionSubstitutions
# and no DefinitionS3Location, and offers no attribute Arn.
machines.stepfunctions_backends = engine.stepfunctions_parser_backends
_create_machine = machines.StateMachine.create_from_cloudformation_json.__func__
_machine_attribute = machines.StateMachine.get_cfn_attribute
_has_machine_attribute = machines.StateMachine.has_cfn_attr.__func__


def create_machine(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
    from moto.s3.models import s3_backends

    properties = cloudformation_json["Properties"]
    definition = properties.get("DefinitionString")
    if definition is None and "Definition" in properties:
        definition = json.dumps(properties["Definition"])
    if definition is None:
        location = properties["DefinitionS3Location"]
        definition = s3_backends[account_id]["aws"].get_object(location["Bucket"], location["Key"]).value.decode()
    for name, value in properties.get("DefinitionSubstitutions", {}).items():
        definition = definition.replace("${%s}" % name, str(value))
    properties["DefinitionString"] = definition
    return _create_machine(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs)


machines.StateMachine.create_from_cloudformation_json = classmethod(create_machine)
machines.StateMachine.get_cfn_attribute = lambda self, name: self.arn if name == "Arn" else _machine_attribute(self, name)
machines.StateMachine.has_cfn_attr = classmethod(lambda cls, name: name == "Arn" or _has_machine_attribute(cls, name))

# ---------------------------------------------------------------------------------------------------------------------
# EventBridge

import moto.events.models as events


def envelope(event):
    """The event as targets get it: no field of moto's own, the time as text."""
    event = {name: value for name, value in event.items() if name != "ingestion-time"}
    if not isinstance(event["time"], str):
        event["time"] = events.iso_8601_datetime_without_milliseconds(events.utcfromtimestamp(float(event["time"])))
    return event


def to_state_machine(rule, target, event):
    arn = events.parse_arn(target["Arn"])
    credentials = service_credentials("events.amazonaws.com", target["RoleArn"], rule.arn)
    client_as(credentials, "stepfunctions", arn.region).start_execution(
        stateMachineArn=target["Arn"],
        # AWS derives the name from the event's id.
        name=f"{event['id']}_{uuid.uuid4()}",
        input=target.get("Input") or json.dumps(event),
    )


def to_event_bus(rule, target, event):
    """Quirk: across accounts moto makes a new event of the receiver; AWS keeps id, account, region and time."""
    arn = events.parse_arn(target["Arn"])
    ask_gateway("event-hop", {"roleArn": target.get("RoleArn"), "ruleArn": rule.arn, "busArn": target["Arn"]})
    bus = events.events_backends[arn.account][arn.region].describe_event_bus(arn.resource_id)
    for next_rule in list(bus.rules.values()):
        next_rule.send_to_targets(dict(event))


def deliver(how, rule, target, event):
    try:
        how(rule, target, event)
    except Exception as error:  # noqa: BLE001 - a target that fails is EventBridge's business, not the sender's
        print(f"EventBridge: {rule.arn} could not reach {target['Arn']}: {error}", file=sys.stderr, flush=True)


# Quirk: no delivery to state machines. PutEvents answers before targets are reached, so each goes its own way.
_send_to_targets = events.Rule.send_to_targets


def send_to_targets(self, original_event, transform_input=True):
    if self.state != "ENABLED" or not self.event_pattern.matches_event(original_event):
        return
    others = []
    for target in self.targets:
        arn = events.parse_arn(target["Arn"])
        if arn.service == "states":
            how = to_state_machine
        elif arn.service == "events" and arn.resource_type == "event-bus":
            how = to_event_bus
        else:
            others.append(target)
            continue
        threading.Thread(target=deliver, args=(how, self, target, envelope(original_event)), daemon=True).start()
    if others:
        rest = copy.copy(self)
        rest.targets = others
        _send_to_targets(rest, original_event, transform_input)


events.Rule.send_to_targets = send_to_targets

# ---------------------------------------------------------------------------------------------------------------------
# CloudFormation

from moto.core.common_models import CloudFormationModel
from moto.iam import models as iam

# Quirk: Ref of an event bus gives the object.
events.EventBus.physical_resource_id = property(lambda self: self.name)

bus_policies = {}  # (account, region, bus) -> {statement id: statement}; the gateway asks for them


class EventBusPolicy(CloudFormationModel):
    """AWS::Events::EventBusPolicy, which moto passes over in silence."""

    __module__ = "moto.twin"  # moto takes the service from the second part

    def __init__(self, key, statement_id):
        self.key, self.statement_id = key, statement_id
        self.physical_resource_id = statement_id

    @staticmethod
    def cloudformation_name_type():
        return ""

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


class Workspace(CloudFormationModel):
    """AWS::APS::Workspace, which moto passes over in silence although it has the service."""

    __module__ = "moto.twin"

    def __init__(self, workspace):
        self.workspace = workspace
        self.physical_resource_id = workspace.arn

    @staticmethod
    def cloudformation_name_type():
        return ""

    @staticmethod
    def cloudformation_type():
        return "AWS::APS::Workspace"

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        from moto.amp.models import amp_backends

        properties = cloudformation_json["Properties"]
        tags = {tag["Key"]: tag["Value"] for tag in properties.get("Tags", [])}
        return cls(amp_backends[account_id][region_name].create_workspace(properties.get("Alias", ""), tags))

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
        from moto.amp.models import amp_backends

        amp_backends[account_id][region_name].delete_workspace(self.workspace.workspace_id)


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

# Quirk: resource types that moto does not know are skipped, and the stack is "complete" without them. Loud, except for
# those that nothing in the twin could notice.
from moto.cloudformation import parsing

WITHOUT_EFFECT = {
    "AWS::CloudWatch::CompositeAlarm",
    "AWS::CloudWatch::Dashboard",
    "AWS::Logs::MetricFilter",
    "AWS::Logs::QueryDefinition",
    "AWS::SQS::QueuePolicy",  # dead letter queues are not filled here
}
_parse_resource = parsing.parse_resource


def parse_resource(resource_json, resources_map):
    parsed = _parse_resource(resource_json, resources_map)
    if not parsed and resource_json["Type"] not in WITHOUT_EFFECT:
        raise parsing.ValidationError(message=f"The twin does not know the resource type {resource_json['Type']}")
    return parsed


parsing.parse_resource = parse_resource

# ---------------------------------------------------------------------------------------------------------------------
# What the gateway asks us


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


def private(path, query):
    if path == "/_twin/iam":
        return iam_of(query)
    if path == "/_twin/bus-policies":
        return [
            {"arn": f"arn:aws:events:{region}:{account}:event-bus/{bus}", "policy": {"Version": "2012-10-17", "Statement": list(statements.values())}}
            for (account, region, bus), statements in bus_policies.items()
        ]
    return None


def main(port_file):
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import WSGIRequestHandler, make_server

    default_user_config["stepfunctions"] = {"execute_state_machine": True}
    moto = DomainDispatcherApplication(create_backend_app)

    def application(environ, start_response):
        if not environ["PATH_INFO"].startswith("/_twin/"):
            return moto(environ, start_response)
        answer = json.dumps(private(environ["PATH_INFO"], environ.get("QUERY_STRING", ""))).encode()
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(answer)))])
        return [answer]

    class Handler(WSGIRequestHandler):
        # Small unbuffered writes meet delayed acknowledgements: 40 ms for each call without these.
        disable_nagle_algorithm = True
        wbufsize = 65536

        def log_request(self, *args, **kwargs):
            pass

    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=Handler)
    with open(port_file + ".part", "w", encoding="ascii") as file:
        file.write(str(server.server_port))
    os.rename(port_file + ".part", port_file)
    server.serve_forever()


if __name__ == "__main__":
    main(sys.argv[1])
