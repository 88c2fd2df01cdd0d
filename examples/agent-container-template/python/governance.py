"""The three checkpoints of a call, as a decorator."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from agion_wire import Agion, Decision, Settings

agion = Agion(Settings.from_environment())


@dataclass(frozen=True)
class Call:
    query: str
    execution_id: str
    context: dict[str, Any] = field(default_factory=dict)


class PolicyViolation(Exception):
    def __init__(self, decision: Decision) -> None:
        super().__init__(decision.reason)
        self.decision = decision


Agent = Callable[[Call], str]


def with_governance(agent: str, action: str) -> Callable[[Agent], Agent]:
    """
    Permission before anything is done, validation before the result leaves, and what became of it afterwards.
    Raises PolicyViolation when one of the first two is not allowed.
    """

    def decorate(run: Agent) -> Agent:
        def allowed(phase: str, call: Call, **facts: Any) -> Decision:
            # A later checkpoint repeats what an earlier one said, so that the same policies hold at both.
            context = {**call.context, "characters": len(call.query), **facts}
            decision = agion.check(agent, action, phase, arguments={"query": call.query}, context=context)
            if not decision.allowed:
                raise PolicyViolation(decision)
            return decision

        @functools.wraps(run)
        def governed(call: Call) -> str:
            permission = allowed("permission", call)
            status, since = "failed", time.monotonic()
            try:
                result = run(call)
                allowed("validation", call, result_characters=len(result))
                status = "succeeded"
                return result
            finally:
                seconds = time.monotonic() - since
                agion.report(agent, action, status, call.execution_id, permission.decision_id, seconds)

        return governed

    return decorate
