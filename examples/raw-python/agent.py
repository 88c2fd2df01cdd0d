"""An agent's day on Agion with nothing but HTTP and Redis: no SDK, one file.

What goes over the wire is described in docs/wire.md and, by a running gateway, at /docs and /asyncapi.json. Everything here
works the same in any language that has an HTTP client and a Redis client.

Each step is told from the real answer. The process ends with 1 at the first one that is not as expected.

    pip install httpx redis
    AGION_GATEWAY_URL=http://localhost:8080 REDIS_URL=redis://localhost:6379 AGION_ADMIN_TOKEN=… python3 agent.py

In production set AGION_TOKEN as well: the token of the agent, or of its container.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import redis

AGENT_ID = "raw-python:analyst"
CONTAINER_ID, _ = AGENT_ID.split(":")
INSTANCE_ID = f"day-{uuid.uuid4().hex[:8]}"
POLICY_ID = f"small-reports-{uuid.uuid4().hex[:8]}"
ACTION = "send_report"

Json = dict[str, Any]


class Unexpected(Exception):
    """A step did not go as it should."""


def expect(condition: bool, otherwise: str) -> None:
    if not condition:
        raise Unexpected(otherwise)


def eventually(look: Callable[[], Any], what: str, seconds: float = 10.0) -> Any:
    """Facts are delivered, not waited for: looks again until there is something to see."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        expect(time.monotonic() < deadline, f"{what} within {seconds:.0f} s")
        time.sleep(0.05)
    return found


@contextmanager
def step(title: str) -> Iterator[Callable[[str], None]]:
    lines: list[str] = []
    yield lines.append
    print(f"✓ {title}")
    for line in lines:
        print(f"    {line}")


class Gateway:
    """The public API, for one caller."""

    def __init__(self, url: str, token: str | None = None) -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self.http = httpx.Client(base_url=url, headers=headers, timeout=10.0)

    def call(self, method: str, path: str, expected: int, **options: Any) -> httpx.Response:
        answer = self.http.request(method, f"/api/v1{path}", **options)
        # An error is a problem document (RFC 9457): `detail` says what is wrong, `hint` what to do.
        expect(answer.status_code == expected, f"{method} {path}: {answer.status_code} {answer.text[:300]}")
        return answer


class Streams:
    """Redis, as an agent uses it. Every name has the prefix of the organization, which is empty for `default`."""

    def __init__(self, url: str, prefix: str, key: str) -> None:
        self.redis = redis.Redis.from_url(url, decode_responses=True)
        self.prefix = prefix
        self.key = key.encode()
        # Answers come to the stream of this container, read from where it ends now.
        self.replies = f"{prefix}governance:responses:{CONTAINER_ID}:{INSTANCE_ID}"

    def append(self, stream: str, fields: Json) -> str:
        """Entries are flat text; what has structure is JSON. The signature says who wrote it: production asks for it."""
        name = f"{self.prefix}{stream}"
        flat = {field: value if isinstance(value, str) else json.dumps(value) for field, value in fields.items()}
        # The canonical form of RFC 8785: of an object that holds texts only, this is all there is to it.
        text = json.dumps({"fields": flat, "stream": name}, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        mac = hmac.new(self.key, text.encode(), hashlib.sha256).digest()
        return str(self.redis.xadd(name, {**flat, "sig": base64.urlsafe_b64encode(mac).rstrip(b"=").decode()}))

    def ask(self, action: str, phase: str, context: Json) -> Json:
        """One question, one answer. No answer in time means no."""
        correlation_id = str(uuid.uuid4())
        request = {
            "correlation_id": correlation_id,
            "agent_id": AGENT_ID,
            "action": action,
            "phase": phase,
            "context": context,
            "reply_to": self.replies,
            "timeout_ms": "5000",
        }
        self.append("governance:requests", request)
        last, deadline = "0-0", time.monotonic() + 5
        while (left := deadline - time.monotonic()) > 0:
            for _, entries in self.redis.xread({self.replies: last}, block=max(1, int(left * 1000))) or []:
                for last, fields in entries:
                    if fields["correlation_id"] == correlation_id:
                        return {**fields, "allowed": fields["allowed"] == "true"}
        return {"decision": "deny", "allowed": False, "reason": "no answer in time", "decision_id": None}


def main() -> None:
    url = os.environ.get("AGION_GATEWAY_URL", "http://localhost:8080")
    people = Gateway(url, os.environ["AGION_ADMIN_TOKEN"])

    with step("register: POST /api/v1/agents/register") as tell:
        registration = Gateway(url, os.environ.get("AGION_TOKEN")).call(
            "POST",
            "/agents/register",
            201 if not known(people) else 200,
            json={
                "agent_id": AGENT_ID,
                "name": "Analyst",
                "type": "analysis",
                "version": "1.0.0",
                "framework": "none",
                "capabilities": ["sales"],
                "container_id": CONTAINER_ID,
                "instance_id": INSTANCE_ID,
            },
        ).json()
        tell(f"{registration['agent']['agent_id']} is {registration['agent']['status']}")
        tell(f"lease {registration['lease_seconds']} s, organization {registration['organization']}")
    # A caller with a token of its own gets no other one.
    agent = Gateway(url, registration.get("token") or os.environ["AGION_TOKEN"])
    streams = Streams(os.environ["REDIS_URL"], registration["redis_prefix"], registration["stream_key"])

    with step("send a sign of life: POST …/heartbeat") as tell:
        beat = agent.call("POST", f"/agents/{AGENT_ID}/heartbeat", 200, json={"instance_id": INSTANCE_ID}).json()
        expect(beat["stopped"] is False, "the organization has stopped its agents")
        tell(f"policy revision {beat['policy_revision']}, not stopped, commands {beat['commands']}")

    try:
        day(people, agent, streams)
    finally:
        people.http.delete(f"/api/v1/policies/{POLICY_ID}")

    with step("end this instance: DELETE /api/v1/agents/{agent_id}?instance_id=…") as tell:
        path = f"/agents/{AGENT_ID}"
        answer = agent.http.delete(f"/api/v1{path}", params={"instance_id": INSTANCE_ID})
        expect(answer.is_success, f"{answer.status_code} {answer.text[:300]}")
        left = people.call("GET", path, 200).json()
        expect(left["live_instances"] == 0 and left["status"] == "offline", f"it is {left['status']}")
        tell(f"{AGENT_ID} is {left['status']}")
    print("All as expected.")


def known(people: Gateway) -> bool:
    return people.http.get(f"/api/v1/agents/{AGENT_ID}").status_code == 200


def day(people: Gateway, agent: Gateway, streams: Streams) -> None:
    def trust() -> Json:
        return agent.call("GET", f"/agents/{AGENT_ID}/trust", 200).json()

    with step("an administrator allows reports of at most 1,000 rows: POST /api/v1/policies") as tell:
        notices = streams.redis.pubsub()
        notices.subscribe(f"{streams.prefix}agion:policy:updates")
        notices.get_message(timeout=5)  # acknowledges the subscription
        since = time.monotonic()
        allow(people)
        notice = json.loads(eventually(lambda: notices.get_message(timeout=1), "a notice")["data"])
        tell(f"notice after {(time.monotonic() - since) * 1000:.0f} ms: {json.dumps(notice)}")
        notices.close()

    with step("load the policies, as an agent does that decides by itself: GET /api/v1/policies?agent_id=…") as tell:
        answer = agent.call("GET", "/policies", 200, params={"agent_id": AGENT_ID})
        document, etag = answer.json(), answer.headers["ETag"]
        expect(document["revision"] >= notice["revision"], "the policies are older than the notice")
        tell(f"revision {document['revision']}, {len(document['policies'])} policies, {document['hash']}")
        agent.call("GET", "/policies", 304, params={"agent_id": AGENT_ID}, headers={"If-None-Match": etag})
        tell("304 with its ETag: nothing has changed since")

    decisions: dict[int, Json] = {}
    for rows, allowed in ((200, True), (90_000, False)):
        word = "allowed" if allowed else "denied"
        with step(f"ask before sending {rows:,} rows, over the streams: {word}") as tell:
            since = time.monotonic()
            answer = streams.ask(ACTION, "permission", {"rows": rows})
            expect(answer["allowed"] is allowed, f"{answer['decision']}: {answer['reason']}")
            decisions[rows] = answer
            tell(f"{answer['reason']} ({(time.monotonic() - since) * 1000:.1f} ms)")
        with step(f"ask the same over HTTP: {word}") as tell:
            body = {"agent_id": AGENT_ID, "action": ACTION, "phase": "permission", "context": {"rows": rows}}
            again = agent.call("POST", "/governance/check", 200, json=body).json()
            expect(again["allowed"] is allowed, f"{again['decision']}: {again['reason']}")
            expect(again["reason"] == answer["reason"], f"another reason: {again['reason']}")
            tell(again["reason"])

    with step("ask why: GET /api/v1/decisions/{id}/why") as tell:
        denied = decisions[90_000]["decision_id"]
        path = f"/decisions/{denied}/why"
        why = eventually(
            lambda: (found := people.http.get(f"/api/v1{path}")).status_code == 200 and found.json(), "an explanation"
        )
        expect(why["decision"]["phase"] == "permission", "the ledger does not know the checkpoint")
        for candidate in why["candidates"]:
            tell(f"{candidate['policy']}: {candidate['why']}")
        for change in why["to_change"]:
            tell(f"would change it: {change}")

    with step("check the result before it leaves: the second checkpoint, `validation`") as tell:
        answer = streams.ask(ACTION, "validation", {"rows": 187})
        expect(answer["allowed"], f"{answer['decision']}: {answer['reason']}")
        tell(answer["reason"])

    before = trust()["score"]
    execution_id = str(uuid.uuid4())
    with step("report what became of it: executions:reports") as tell:
        report = {
            "report_id": str(uuid.uuid4()),
            "agent_id": AGENT_ID,
            "action": ACTION,
            "status": "succeeded",
            "execution_id": execution_id,
            "decision_id": decisions[200]["decision_id"],
            "duration_ms": 812,
            "usage": {"tokens": 1200},
        }
        streams.append("executions:reports", report)
        eventually(lambda: seen(agent, "execution_succeeded"), "the report among the evidence")
        tell("it is among the evidence for its reliability")

    with step("tell of something that earns trust: agion:events:trust") as tell:
        event = {
            "event_id": str(uuid.uuid4()),
            "agent_id": AGENT_ID,
            "event_type": "task_completed",
            "severity": "positive",
            "impact": 0.05,
        }
        for _ in range(2):  # told twice, counted once: the event has an id
            streams.append("agion:events:trust", event)
        told = eventually(lambda: seen(agent, "task_completed", event["event_id"]), "the event among the evidence")
        expect(len(told) == 1, "an event that was told twice counts twice")
        tell(f"source {told[0]['source']}, weight {told[0]['weight']}")

    with step("hand on what a user thinks: agion:events:feedback, and POST /api/v1/feedback by a person") as tell:
        words = {"agent_id": AGENT_ID, "rating": 5, "execution_id": execution_id}
        streams.append("agion:events:feedback", {**words, "rating": "5", "event_id": str(uuid.uuid4())})
        given = people.call("POST", "/feedback", 201, json={**words, "comment": "right to the point"}).json()
        expect(given["rating"] == 5, f"the rating is {given['rating']}")
        tell(f"recorded as the word of: {given['source']}")

    with step("see the score follow: GET …/trust") as tell:
        after = eventually(lambda: (now := trust()["score"]) > before and now, f"a score above {before}")
        tell(f"{before} → {after}")

    with step("look at the trail: GET /api/v1/audit") as tell:
        trail = eventually(
            lambda: people.call("GET", "/audit", 200, params={"actor": AGENT_ID, "limit": "10"}).json()["items"],
            "entries of the agent in the audit trail",
        )
        for entry in trail[:3]:
            tell(f"{entry['type']}: {entry['outcome']}")


def allow(people: Gateway) -> None:
    policy = {
        "apiVersion": "agion/v1",
        "kind": "Policy",
        "metadata": {"id": POLICY_ID, "name": "Small reports"},
        "spec": {
            "effect": "allow",
            "scope": {"agents": [AGENT_ID], "actions": [ACTION]},
            "condition": "context.rows <= 1000",
            "message": "reports of at most 1,000 rows",
        },
    }
    people.call("POST", "/policies", 201, json=policy)


def seen(agent: Gateway, event_type: str, event_id: str | None = None) -> list[Json]:
    events = agent.call("GET", f"/agents/{AGENT_ID}/trust/events", 200, params={"limit": "200"}).json()["items"]
    return [one for one in events if one["event_type"] == event_type and event_id in (None, one["event_id"])]


if __name__ == "__main__":
    try:
        main()
    except (Unexpected, httpx.HTTPError, redis.RedisError) as error:
        print(f"✗ {error}", file=sys.stderr)
        sys.exit(1)
