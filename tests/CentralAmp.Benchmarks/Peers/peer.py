"""The Python peer of the cold-start comparison: the same three calls (AssumeRole, DescribeCluster, GetItem) in Python and boto3, over Lambda's Runtime API."""
import json
import os
import urllib.request

import boto3

ENDPOINT = os.environ["AWS_ENDPOINT_URL"]  # given explicitly: boto3 reads the variable only since 1.28
API = "http://" + os.environ["AWS_LAMBDA_RUNTIME_API"] + "/2018-06-01/runtime/invocation/"


def handle(event):
    cluster = event["cluster"]
    member = boto3.client("sts", endpoint_url=ENDPOINT).assume_role(
        RoleArn=f"arn:aws:iam::{cluster['accountId']}:role/CentralAmpMember", RoleSessionName="peer"
    )["Credentials"]
    eks = boto3.client(
        "eks",
        endpoint_url=ENDPOINT,
        region_name=cluster["region"],
        aws_access_key_id=member["AccessKeyId"],
        aws_secret_access_key=member["SecretAccessKey"],
        aws_session_token=member["SessionToken"],
    )
    described = eks.describe_cluster(name=cluster["name"])["cluster"]
    key = {"clusterArn": {"S": described["arn"]}, "createdAt": {"N": str(int(described["createdAt"].timestamp() * 1000))}}
    known = boto3.client("dynamodb", endpoint_url=ENDPOINT).get_item(TableName="registry", Key=key).get("Item")
    return {"status": described["status"], "known": known is not None}


while True:
    with urllib.request.urlopen(API + "next") as invocation:
        request_id = invocation.headers["Lambda-Runtime-Aws-Request-Id"]
        result = handle(json.load(invocation))
    body = json.dumps(result).encode()
    urllib.request.urlopen(urllib.request.Request(API + request_id + "/response", data=body)).close()
