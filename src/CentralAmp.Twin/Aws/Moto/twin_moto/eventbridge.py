"""EventBridge."""

import copy
import json
import sys
import threading
import uuid

import moto.events.models as events

from twin_moto.gateway import ask_gateway, client_as, service_credentials


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
    ask_gateway("event-hop", {
        "roleArn": target.get("RoleArn"), "ruleArn": rule.arn, "busArn": target["Arn"],
        "source": event["source"], "detailType": event["detail-type"],
    })
    bus = events.events_backends[arn.account][arn.region].describe_event_bus(arn.resource_id)
    for next_rule in list(bus.rules.values()):
        next_rule.send_to_targets(dict(event))


def deliver(how, rule, target, event):
    try:
        how(rule, target, event)
    except Exception as error:  # noqa: BLE001 - a target that fails is EventBridge's business, not the sender's
        print(f"EventBridge: {rule.arn} could not reach {target['Arn']}: {error}", file=sys.stderr, flush=True)


# Quirk: no delivery to state machines. PutEvents answers before targets are reached, so each delivery runs in its own thread.
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
