"""The container: its endpoints, its start and its end (container contract v1)."""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

from agents import example_agent
from agion_wire import Refused
from governance import Call, PolicyViolation, agion

VERSION = "1.0.0"
# The agents of this container: how each presents itself, and what it does.
MEMBERS = [(example_agent.DESCRIPTION, example_agent.example_agent)]
AGENTS = {agion.id_of(description["agent_id"]): (description, run) for description, run in MEMBERS}
MOST_BYTES = 1_000_000

log = logging.getLogger("container")
registered = threading.Event()
stopping = threading.Event()


def listed() -> list[dict[str, Any]]:
    return [{**description, "agent_id": agent_id} for agent_id, (description, _) in AGENTS.items()]


class Endpoints(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 5  # seconds an idle connection may stay

    def do_GET(self) -> None:
        if self.path == "/health":
            healthy = registered.is_set() and not stopping.is_set()
            status = "healthy" if healthy else "stopping" if stopping.is_set() else "starting"
            self.answer(200 if healthy else 503, {"status": status, "version": VERSION})
        elif self.path == "/agents":
            self.answer(200, listed())
        else:
            self.problem(404, "there is nothing at this path")

    def do_POST(self) -> None:
        body = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), MOST_BYTES))
        first, name, last, *more = [*self.path.strip("/").split("/"), "", "", ""]
        if (first, last) != ("agents", "invoke") or any(more):
            return self.problem(404, "there is nothing at this path")
        agent_id = agion.id_of(unquote(name))
        if agent_id not in AGENTS:
            return self.problem(404, f"there is no agent `{agent_id}` in this container")
        if stopping.is_set() or not registered.is_set():
            return self.problem(503, "the container takes no work now")
        self.invoke(agent_id, body)

    def invoke(self, agent_id: str, body: bytes) -> None:
        try:
            given = json.loads(body)
            query, context = given["query"], given.get("context") or {}
            if not isinstance(query, str) or not isinstance(context, dict):
                raise TypeError
        except (ValueError, TypeError, KeyError, AttributeError):
            return self.problem(400, 'the body must be JSON such as {"query": "…", "context": {}}')
        call = Call(query, str(uuid.uuid4()), context)
        try:
            result = AGENTS[agent_id][1](call)
        except PolicyViolation as violation:
            return self.problem(403, str(violation), decision_id=violation.decision.decision_id)
        except Exception:
            log.exception("the call failed")
            return self.problem(500, "the agent failed", execution_id=call.execution_id)
        self.answer(200, {"result": result, "execution_id": call.execution_id})

    def problem(self, status: int, detail: str, **members: Any) -> None:
        document = {"type": "about:blank", "title": self.responses[status][0], "status": status, "detail": detail}
        self.answer(status, {**document, **members}, "application/problem+json")

    def answer(self, status: int, body: Any, content_type: str = "application/json") -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(content)))
        if stopping.is_set():
            self.close_connection = True
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *values: Any) -> None:
        log.debug(format, *values)


class Server(ThreadingHTTPServer):
    daemon_threads = False  # the end waits for calls in progress


def main() -> int:
    logging.basicConfig(level=os.environ.get("LOG_LEVEL", "info").upper(), format="%(levelname)s %(name)s: %(message)s")
    server = Server((os.environ.get("HOST", "0.0.0.0"), int(os.environ.get("PORT", "8000"))), Endpoints)

    def stop(*_: Any) -> None:
        stopping.set()
        agion.closing.set()
        threading.Thread(target=server.shutdown).start()

    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, stop)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    status = 0
    try:
        for description in listed():
            agion.register(description)
        registered.set()
        log.info("%d agents registered", len(AGENTS))
    except Refused:
        status = 1
        stop()
    serving.join()
    server.server_close()
    agion.close()
    return status


if __name__ == "__main__":
    sys.exit(main())
