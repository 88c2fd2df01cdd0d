"""An agent. Replace this one by yours, and list it in main.py."""

from governance import Call, with_governance

DESCRIPTION = {
    "agent_id": "example",
    "name": "Example",
    "type": "text",
    "capabilities": ["word_count"],
    "version": "1.0.0",
    "framework": "none",
}


@with_governance("example", "count_words")
def example_agent(call: Call) -> str:
    words = len(call.query.split())
    return f"{words} word{'' if words == 1 else 's'}"
