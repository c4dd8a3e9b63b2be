"""Deploys one template into one account of the twin, the way `sam package` and `sam deploy` would.

Usage: deploy.py STACK TEMPLATE RESULT_FILE [NAME=VALUE | NAME?=VALUE ...]
    Credentials, region and endpoint (the gateway) come from the environment. RESULT_FILE gets the outputs as JSON.
    A parameter whose name ends in a question mark is omitted if the template does not have it.
"""

import io
import json
import os
import sys
import zipfile

import boto3
from botocore.config import Config

BUCKET = "twin-artifacts"


class NoManagedPolicies:
    """Replaces the translator's lookup of AWS's managed policies in IAM: the templates name managed policies by ARN."""

    def load(self):
        return {}


def client(service):
    # moto would store the trailer of a streaming checksum as part of the object.
    return boto3.client(service, config=Config(proxies={}, request_checksum_calculation="when_required", s3={"addressing_style": "path"}))


def package(template, folder, upload):
    """Local paths become S3 locations: code becomes an empty zip, because the twin runs the functions from their build output; other files are uploaded unchanged."""
    empty_zip = io.BytesIO()
    with zipfile.ZipFile(empty_zip, "w") as archive:
        archive.writestr("twin", "functions run from their build output")

    def upload_file(key, path):
        with open(os.path.join(folder, path), "rb") as file:
            return upload(key, file.read())

    for name, resource in template["Resources"].items():
        properties = resource.get("Properties", {})
        if resource["Type"] == "AWS::Serverless::Function":
            properties["CodeUri"] = upload(f"{name}.zip", empty_zip.getvalue())
        elif resource["Type"] == "AWS::Serverless::StateMachine" and isinstance(properties.get("DefinitionUri"), str):
            properties["DefinitionUri"] = upload_file(f"{name}.asl.json", properties["DefinitionUri"])
        elif resource["Type"] in ("AWS::CloudFormation::Stack", "AWS::CloudFormation::StackSet") and "://" not in properties.get("TemplateURL", "://"):
            location = upload_file(f"{name}.template", properties["TemplateURL"])
            properties["TemplateURL"] = f"https://s3.us-east-1.amazonaws.com/{location['Bucket']}/{location['Key']}"
    template.get("Globals", {}).get("Function", {}).pop("CodeUri", None)


def translated(template, folder, parameters):
    # Imported only here, because these two imports take a second.
    from samtranslator.translator.transform import transform

    s3 = client("s3")
    s3.create_bucket(Bucket=BUCKET)

    def upload(key, body):
        s3.put_object(Bucket=BUCKET, Key=key, Body=body)
        return {"Bucket": BUCKET, "Key": key}

    package(template, folder, upload)
    return transform(template, parameters, NoManagedPolicies(), feature_toggle=None)


def main(stack, template_file, result_file, given):
    from samtranslator.yaml_helper import yaml_parse

    with open(template_file, encoding="utf-8") as file:
        template = yaml_parse(file.read())

    parameters = {
        name.rstrip("?"): value for name, value in given.items() if not name.endswith("?") or name.rstrip("?") in template.get("Parameters", {})
    }
    if "Transform" in template:
        template = translated(template, os.path.dirname(template_file), parameters)

    cloudformation = client("cloudformation")
    cloudformation.create_stack(
        StackName=stack,
        TemplateBody=json.dumps(template),
        Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()],
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
    )
    created = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
    if created["StackStatus"] != "CREATE_COMPLETE":
        sys.exit(f"{stack}: {created['StackStatus']} {created.get('StackStatusReason', '')}")
    with open(result_file, "w", encoding="utf-8") as file:
        json.dump({output["OutputKey"]: output["OutputValue"] for output in created.get("Outputs", [])}, file)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], dict(argument.split("=", 1) for argument in sys.argv[4:]))
