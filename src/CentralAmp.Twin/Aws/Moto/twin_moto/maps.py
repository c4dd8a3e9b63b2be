"""Distributed Map of the Step Functions engine."""

from moto.stepfunctions.parser.api import HistoryEventType, MapRunFailedEventDetails
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import FailureEvent, FailureEventException
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import StatesErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import StatesErrorNameType
from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration import distributed_iteration_component as distributed
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails

from twin_moto.gateway import ask_gateway

# Quirk: children of a Distributed Map run as threads of their parent. In AWS they are executions of their own, which the
# machine's role must be allowed to start and to describe ("IAM policies for using Distributed Map", developer guide).
_eval_body = distributed.DistributedIterationComponent._eval_body


def eval_body(self, env):
    machine = env.states.context_object.context_object_data["StateMachine"]["Id"]
    ask_gateway("service-credentials", {
        "service": "states.amazonaws.com",
        "roleArn": env.aws_execution_details.role_arn,
        "sourceArn": machine,
        "then": [
            {"action": "states:StartExecution", "resource": machine},
            {"action": "states:DescribeExecution", "resource": machine.replace(":stateMachine:", ":execution:") + ":child"},
        ],
    })
    _eval_body(self, env)


distributed.DistributedIterationComponent._eval_body = eval_body

# Quirk: a map run succeeds however many of its children failed.
_map_run = distributed.DistributedIterationComponent._map_run


def map_run(self, env, eval_input):
    _map_run(self, env, eval_input)
    items = eval_input.map_run_record.item_counter
    failed = items.failed.get() + items.timed_out.get() + items.aborted.get()
    if failed and not is_tolerated(failed, items.total.get(), eval_input.tolerated_failure_count, eval_input.tolerated_failure_percentage):
        error = StatesErrorName(typ=StatesErrorNameType.StatesExceedToleratedFailureThreshold)
        details = MapRunFailedEventDetails(error=error.error_name, cause="The specified tolerated failure threshold was exceeded")
        raise FailureEventException(FailureEvent(
            env=env, error_name=error, event_type=HistoryEventType.MapStateFailed, event_details=EventDetails(mapRunFailedEventDetails=details)))


def is_tolerated(failed, total, count, percentage):
    """Of the two limits those that are given count; without either, no failure is tolerated."""
    if not count and not percentage:
        return False
    return (not count or failed <= count) and (not percentage or failed * 100 <= percentage * total)


distributed.DistributedIterationComponent._map_run = map_run
