"""Private endpoints for the gateway."""

import urllib.parse

from twin_moto.executions import execution, executions_of, history_of
from twin_moto.identity import iam_of
from twin_moto.resources import bus_policies, schedules
from twin_moto.stacks import every_stack


def answer(path, query):
    if path == "/_twin/iam":
        return iam_of(query)
    if path == "/_twin/bus-policies":
        return [
            {"arn": f"arn:aws:events:{region}:{account}:event-bus/{bus}", "policy": {"Version": "2012-10-17", "Statement": list(statements.values())}}
            for (account, region, bus), statements in bus_policies.items()
        ]
    if path == "/_twin/schedules":
        return [{"arn": arn, "target": properties["Target"]} for arn, properties in schedules.items()]
    if path == "/_twin/stacks":
        return every_stack()
    if path == "/_twin/executions":
        return executions_of(urllib.parse.unquote(query))
    if path == "/_twin/execution":
        return execution(urllib.parse.unquote(query))
    if path == "/_twin/history":
        return history_of(urllib.parse.unquote(query))
    return None
