"""Calls of AWS services (the engine, EventBridge) on behalf of the customer: with the role that the customer gave them."""

import os
import threading
import time

import boto3
import requests
from botocore.config import Config

GATEWAY = os.environ["TWIN_GATEWAY"]
SECRET = os.environ["TWIN_SECRET"]

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
