"""Starts moto 5.2.1 for the twin: its services and its Step Functions engine, with patches for differences from AWS.

Usage: python -m twin_moto PORT_FILE
    The server listens on a free loopback port and writes it to PORT_FILE when it is ready.
Environment: TWIN_GATEWAY (address of the gateway in front of us), TWIN_SECRET (opens the gateway's private endpoints),
    TWIN_ORGANIZATION (JSON: the accounts of each organizational unit).

The comment of each patch names the quirk of moto. The order matters: modules that import names from patched modules
must be imported after the patch.
"""

import json
import os
import sys
import threading

# isort: off
import twin_moto.speed
import twin_moto.stepfunctions
import twin_moto.maps
import twin_moto.eventbridge
import twin_moto.identity
import twin_moto.resources
import twin_moto.cloudformation
import twin_moto.stacks
import twin_moto.private
# isort: on
from moto.core.config import default_user_config
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server


class Handler(WSGIRequestHandler):
    # Small unbuffered writes meet delayed acknowledgements: 40 ms for each call without these.
    disable_nagle_algorithm = True
    wbufsize = 65536

    def log_request(self, *args, **kwargs):
        pass


def main(port_file):
    default_user_config["stepfunctions"] = {"execute_state_machine": True}
    moto = DomainDispatcherApplication(create_backend_app)
    # Quirk: moto checks the condition of a write and writes in two steps, and a scan fails if a write adds an item meanwhile. DynamoDB's are atomic.
    one_at_a_time = threading.Lock()

    def application(environ, start_response):
        if environ.get("HTTP_X_AMZ_TARGET", "").startswith("DynamoDB_"):
            with one_at_a_time:
                return moto(environ, start_response)
        if not environ["PATH_INFO"].startswith("/_twin/"):
            return moto(environ, start_response)
        answer = json.dumps(twin_moto.private.answer(environ["PATH_INFO"], environ.get("QUERY_STRING", ""))).encode()
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(answer)))])
        return [answer]

    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=Handler)
    with open(port_file + ".part", "w", encoding="ascii") as file:
        file.write(str(server.server_port))
    os.rename(port_file + ".part", port_file)
    server.serve_forever()


if __name__ == "__main__":
    main(sys.argv[1])
