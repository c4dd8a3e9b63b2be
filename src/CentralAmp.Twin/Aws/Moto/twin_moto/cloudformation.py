"""CloudFormation: patches for templates that moto processes differently from AWS."""

from moto.cloudformation import models, parsing
from moto.events import models as events
from moto.sns import models as sns

# Quirk: Ref of an event bus gives the object.
events.EventBus.physical_resource_id = property(lambda self: self.name)

# Quirk: a topic has no attribute TopicArn.
_topic_attribute = sns.Topic.get_cfn_attribute
sns.Topic.has_cfn_attr = classmethod(lambda cls, name: name in ("TopicArn", "TopicName"))
sns.Topic.get_cfn_attribute = lambda self, name: self.arn if name == "TopicArn" else _topic_attribute(self, name)

# Quirk: "!Condition" of a YAML template becomes an unknown function, and the condition is false.
_tag = models.yaml_tag_constructor


def tag(loader, suffix, node):
    return {"Condition": node.value} if suffix == "!Condition" else _tag(loader, suffix, node)


models.yaml_tag_constructor = tag

# Quirk: resource types that moto does not know are skipped, and the stack is "complete" without them.
_parse_resource = parsing.parse_resource


def parse_resource(resource_json, resources_map):
    parsed = _parse_resource(resource_json, resources_map)
    if not parsed:
        raise parsing.ValidationError(message=f"The twin does not know the resource type {resource_json['Type']}")
    return parsed


parsing.parse_resource = parse_resource

# Quirk: AWS::NoValue takes an attribute away, but stays in a list as nothing.
_clean_json = parsing.clean_json


def clean_json(resource_json, resources_map):
    if isinstance(resource_json, list):
        cleaned = [clean_json(value, resources_map) for value in resource_json]
        return [value for before, value in zip(resource_json, cleaned) if value is not None or before is None]
    return _clean_json(resource_json, resources_map)


parsing.clean_json = clean_json

# Quirk: the default of a list stays text, and Join puts its delimiter between the letters; a value that a nested stack was
# given as a list is no longer text.
_load_parameters = parsing.ResourceMap.load_parameters


def load_parameters(self):
    self.input_parameters = {name: plain(value) for name, value in self.input_parameters.items()}
    _load_parameters(self)
    for name, parameter in self._template.get("Parameters", {}).items():
        value = self.resolved_parameters[name]
        is_list = parameter["Type"] == "CommaDelimitedList" or parameter["Type"].startswith("List")
        if is_list and isinstance(value, str):
            self.resolved_parameters[name] = value.split(",")
    self._parsed_resources.update(self.resolved_parameters)


def plain(value):
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


parsing.ResourceMap.load_parameters = load_parameters
