"""The Step Functions engine."""

import copy
import functools
import json
import uuid

import moto.stepfunctions.parser.asl.utils.boto_client as boto_client_module
from botocore.exceptions import ClientError

from twin_moto.gateway import client_as, service_credentials

# Quirk: the engine calls as ak/sk of account 123456789012 and ignores the role of the state machine and of the task.
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
    """The engine loses the execution's account when a task has credentials, so the patch keeps it."""
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

# Quirk: every execution parses the whole definition, 0.3 s for CentralAmp's. The patch parses it once and builds each execution from the same tree.
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

# Quirk: states:startExecution hands its parameters on as they are written, in names that the client does not know, and
# answers with the client's names and with a time that is no JSON.
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_sfn import StateTaskServiceSfn


def call_step_functions(self, env, resource_runtime_part, normalised_parameters, state_credentials):
    client = boto_client_module.boto_client_for(resource_runtime_part.region, "stepfunctions", state_credentials)
    parameters = {name[0].lower() + name[1:]: value for name, value in normalised_parameters.items()}
    response = getattr(client, self._get_boto_service_action())(**parameters)
    response.pop("ResponseMetadata", None)
    env.stack.append({name[0].upper() + name[1:]: value for name, value in json.loads(to_json_str(response)).items()})


StateTaskServiceSfn._eval_service_task = call_step_functions
