"""Reads executions directly from the engine. The Step Functions API of moto is a hundred times slower, and the twin polls often."""

import datetime

from moto.stepfunctions.parser.asl.utils.encoding import to_json_str
from moto.stepfunctions.parser.models import stepfunctions_parser_backends


def executions_of(machine_arn):
    """All executions of a state machine, in the order in which they started."""
    return [described(item) for machine in backend_of(machine_arn).state_machines if machine.arn == machine_arn for item in list(machine.executions)]


def execution(arn):
    return described(found(arn))


def history_of(arn):
    """The events so far, with the fields of GetExecutionHistory; times are text."""
    return list(events_of(found(arn)))


def found(arn):
    return next(item for machine in backend_of(arn).state_machines for item in list(machine.executions) if item.exec_arn == arn)


def described(item):
    succeeded = item.exec_status == "SUCCEEDED"
    return {
        "arn": item.exec_arn,
        "name": item.name,
        "status": item.exec_status,
        "startDate": as_text(item.start_date),
        "stopDate": as_text(item.stop_date),
        "input": to_json_str(item.input_data, separators=(",", ":")),
        "output": to_json_str(item.output, separators=(",", ":")) if succeeded else None,
        "error": item.error,
        "cause": item.cause,
        "events": len(events_of(item)),
    }


def events_of(item):
    # The engine has no environment until its thread runs.
    environment = item.exec_worker and item.exec_worker.env
    return environment.event_manager._history_event_list if environment else []


def backend_of(arn):
    _, _, _, region, account, *_ = arn.split(":")
    return stepfunctions_parser_backends[account][region]


def as_text(time):
    return time.isoformat() if isinstance(time, datetime.datetime) else time
