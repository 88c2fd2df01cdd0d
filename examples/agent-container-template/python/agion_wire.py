"""Agion over the wire: registration, questions, reports. docs/wire.md of the platform describes all of it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import os
import threading
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import redis

log = logging.getLogger("agion")
Json = dict[str, Any]

ANSWER_SECONDS = 5.0
RETRY_SECONDS = (0.5, 1, 2, 5, 10)


class Refused(Exception):
    """The platform does not take these credentials; trying again would not help."""


@dataclass(frozen=True)
class Decision:
    allowed: bool
    reason: str
    decision_id: str | None = None


@dataclass(frozen=True)
class Settings:
    """What the container is told (container contract, "Environment")."""

    container_id: str
    gateway_url: str = "http://gateway:8080"
    registry_url: str | None = None
    governance_url: str | None = None
    redis_url: str | None = None
    token: str | None = None
    instance_id: str = field(default_factory=lambda: f"{os.uname().nodename.lower()}-{uuid.uuid4().hex[:6]}")

    @staticmethod
    def from_environment() -> Settings:
        env = os.environ
        file = env.get("AGION_TOKEN_FILE")
        return Settings(
            container_id=env["AGION_AGENT_CONTAINER_ID"],
            gateway_url=env.get("AGION_GATEWAY_URL") or "http://gateway:8080",
            registry_url=env.get("AGION_REGISTRY_URL") or None,
            governance_url=env.get("AGION_GOVERNANCE_URL") or None,
            redis_url=env.get("AGION_REDIS_URL") or env.get("REDIS_URL") or None,
            token=env.get("AGION_TOKEN") or (Path(file).read_text().strip() if file else None),
        )


class Agion:
    """What the agents of one container say to the platform."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.http = httpx.Client(timeout=10.0)
        url = settings.redis_url
        self.redis = redis.Redis.from_url(url, decode_responses=True) if url else None
        self.prefix = ""
        self.tokens: dict[str, str] = {}
        self.stream_keys: dict[str, str] = {}
        self.closing = threading.Event()
        self.beats: list[threading.Thread] = []

    def id_of(self, name: str) -> str:
        return name if ":" in name else f"{self.settings.container_id}:{name}"

    # Registration

    def register(self, agent: Json) -> None:
        """Tries until the platform answers. Raises Refused when it does not take the token."""
        body = {
            **agent,
            "container_id": self.settings.container_id,
            "instance_id": self.settings.instance_id,
        }
        attempt = 0
        while not self.closing.is_set():
            try:
                answer = self._call("POST", self.settings.registry_url, "/agents/register", body, self.settings.token)
                if answer.status_code in (200, 201):
                    return self._registered(agent["agent_id"], answer.json())
                log.warning("registration refused: %s %s", answer.status_code, answer.text[:300])
                if answer.status_code in (400, 401, 403, 422):
                    raise Refused(answer.text)
            except httpx.TransportError as error:
                log.warning("the platform cannot be reached: %s", error)
            self.closing.wait(RETRY_SECONDS[min(attempt, len(RETRY_SECONDS) - 1)])
            attempt += 1

    def _registered(self, agent_id: str, registration: Json) -> None:
        self.prefix = registration["redis_prefix"]
        self.tokens[agent_id] = self.settings.token or registration["token"]
        self.stream_keys[agent_id] = registration["stream_key"]
        seconds = registration["lease_seconds"] / 3
        beat = threading.Thread(target=self._beat, args=(agent_id, seconds), daemon=True)
        self.beats.append(beat)
        beat.start()

    def _beat(self, agent_id: str, seconds: float) -> None:
        while not self.closing.wait(seconds):
            try:
                body = {"instance_id": self.settings.instance_id, "status": "healthy"}
                path = f"/agents/{agent_id}/heartbeat"
                self._call("POST", self.settings.registry_url, path, body, self.tokens[agent_id])
            except httpx.HTTPError as error:
                log.warning("no heartbeat of %s: %s", agent_id, error)

    def close(self) -> None:
        """Ends this instance of every agent, and the connections."""
        self.closing.set()
        for agent_id, token in self.tokens.items():
            try:
                path = f"/agents/{agent_id}?instance_id={self.settings.instance_id}"
                self._call("DELETE", self.settings.registry_url, path, None, token)
            except httpx.HTTPError as error:
                log.warning("%s could not be deregistered, its lease will run out: %s", agent_id, error)
        self.http.close()
        if self.redis:
            self.redis.close()

    # Governance

    def check(self, agent: str, action: str, phase: str, arguments: Json, context: Json) -> Decision:
        """Asks whether `agent` may do this. Whatever keeps an answer from coming is a denial."""
        question: Json = {"agent_id": self.id_of(agent), "action": action, "phase": phase}
        question |= {"arguments": arguments, "context": context}
        if self.redis:
            try:
                return self._ask_streams(question)
            except redis.RedisError as error:
                log.warning("asking over HTTP, Redis is away: %s", error)
        return self._ask_http(question)

    def _ask_http(self, question: Json) -> Decision:
        try:
            token = self.tokens.get(question["agent_id"])
            answer = self._call("POST", self.settings.governance_url, "/governance/check", question, token)
            answer.raise_for_status()
            found = answer.json()
            return Decision(found["allowed"] is True, found["reason"], found["decision_id"])
        except (httpx.HTTPError, ValueError, KeyError) as error:
            return Decision(False, f"the platform could not be asked: {error}")

    def _ask_streams(self, question: Json) -> Decision:
        correlation_id = str(uuid.uuid4())
        replies = f"{self.prefix}governance:responses:{self.settings.container_id}:{self.settings.instance_id}"
        timeout = {"timeout_ms": str(int(ANSWER_SECONDS * 1000))}
        request = {**question, **timeout, "correlation_id": correlation_id, "reply_to": replies}
        asked = self._append("governance:requests", request)
        after = f"{int(asked.split('-')[0]) - 1}-0"  # the answer is younger than the question, by Redis' clock
        deadline = time.monotonic() + ANSWER_SECONDS
        while (left := deadline - time.monotonic()) > 0:
            for _, entries in self.redis.xread({replies: after}, block=max(1, int(left * 1000))) or []:
                for after, fields in entries:
                    if fields["correlation_id"] == correlation_id:
                        return Decision(fields["allowed"] == "true", fields["reason"], fields["decision_id"])
        return Decision(False, "no answer in time")

    # What agents tell

    def report(self, agent: str, action: str, status: str, execution_id: str, decision_id: str | None, seconds: float) -> None:
        """How a call ended. Never fails the call."""
        self._tell(
            "executions:reports",
            "report",
            {
                "report_id": str(uuid.uuid4()),
                "agent_id": self.id_of(agent),
                "action": action,
                "status": status,
                "execution_id": execution_id,
                "duration_ms": f"{seconds * 1000:.1f}",
                **({"decision_id": decision_id} if decision_id else {}),
            },
        )

    def trust_event(self, agent: str, event_type: str, severity: str, impact: float) -> None:
        """Something that earns or costs trust. Never fails the call."""
        self._tell(
            "agion:events:trust",
            "trust",
            {
                "event_id": str(uuid.uuid4()),
                "agent_id": self.id_of(agent),
                "event_type": event_type,
                "severity": severity,
                "impact": str(impact),
            },
        )

    def _tell(self, stream: str, kind: str, fields: Json) -> None:
        try:
            if self.redis:
                self._append(stream, fields)
                return
            body, token = {"kind": kind, **fields}, self.tokens.get(fields["agent_id"])
            self._call("POST", self.settings.governance_url, "/events", body, token).raise_for_status()
        except (redis.RedisError, httpx.HTTPError) as error:
            log.warning("an event of the kind %s is lost: %s", kind, error)

    def _append(self, stream: str, fields: Json) -> str:
        """Entries are flat text, signed by the agent they speak of: HMAC-SHA-256 over their canonical JSON (RFC 8785)."""
        name = f"{self.prefix}{stream}"
        flat = {field: value if isinstance(value, str) else json.dumps(value) for field, value in fields.items()}
        text = json.dumps({"fields": flat, "stream": name}, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        mac = hmac.new(self.stream_keys[fields["agent_id"]].encode(), text.encode(), hashlib.sha256).digest()
        return str(self.redis.xadd(name, {**flat, "sig": base64.urlsafe_b64encode(mac).rstrip(b"=").decode()}))

    def _call(self, method: str, service: str | None, path: str, body: Json | None, token: str | None) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        url = f"{service or self.settings.gateway_url}/api/v1{path}"
        return self.http.request(method, url, json=body, headers=headers)
