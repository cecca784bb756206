#!/usr/bin/env python3
"""Write docs/architecture/redis-integration.md from the contracts: `--check` only compares."""

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from contracts import names  # noqa: E402 - the checkout is put on the path above
from contracts.channels import INCOMING, OUTGOING, RAW, Channel, Family  # noqa: E402
from contracts.registry import FIELDS  # noqa: E402

PAGE = ROOT / "docs" / "architecture" / "redis-integration.md"
EXAMPLES = ROOT / "contracts" / "examples"

INTRODUCTION = """# Redis integration

This page is generated from `contracts/` by `scripts/write_channel_reference.py`; a test keeps
the two equal.

Watch everything with `redis-cli PSUBSCRIBE "tickstock*"`. The Redis that TickStock brings along
lets anybody on the machine subscribe to these channels, and publish raw ticks and jobs; the
services log in.

## Envelopes

| family | shape | times |
|---|---|---|
| A | `{"event_type", "source": "TickStockPL", "timestamp", "data": {...}}` | unix seconds, float |
| B | `{"event", "timestamp", "source", "version": "1.0", "payload": {...}}` | ISO 8601 with Z |
| C | B, and the fields of the payload at the top level too | ISO 8601 with Z |

No message holds null, NaN or Infinity: an unknown optional field is left out.

## Keys and streams

| name | what it is |
|---|---|
"""

KEYS = (
    (names.PRODUCER_HEARTBEAT, "unix seconds, every 10 s; older than 60 s means dead"),
    (names.PRODUCER_CURSOR_PREFIX + "<producer>", "sequence number of the last event published"),
    (
        names.RECENT_PATTERN_PREFIX + "<symbol>:<pattern>:<unix>",
        "hash, field `data` is the pattern as JSON; lives less than an hour",
    ),
    (names.STREAM_EVENTS, "stream: every pattern event, the log that AppV2 reads; 24 h"),
    (names.STREAM_MARKET, "the market whose events are in the stream"),
    (names.STREAM_JOBS, "stream: jobs for the DataLoader, so that one survives its absence"),
    (names.JOB_STATUS_PREFIX + "<job_id>", "status of a job as JSON; 24 h"),
    (names.JOB_TAKEN_PREFIX + "<job_id>", "the loader has taken this job; 7 days"),
)


def main() -> int:
    """Write the page, or compare it; returns 1 when it is out of date."""
    page = build()
    if "--check" in sys.argv:
        return int(not PAGE.exists() or PAGE.read_text() != page)
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(page)
    return 0


def build() -> str:
    """Return the page's text."""
    parts = [INTRODUCTION + "".join(f"| `{key}` | {text} |\n" for key, text in KEYS)]
    parts.append("\n## Producer to consumer\n")
    parts.extend(_section(channel) for channel in (*OUTGOING, RAW))
    parts.append("\n## Consumer to producer\n")
    parts.extend(_section(channel) for channel in INCOMING)
    return "".join(parts)


def _section(channel: Channel) -> str:
    family = "No envelope" if channel.family is Family.BARE else f"Family {channel.family.value}"
    shown = [event for event in channel.events if (channel.name, event) in FIELDS]
    later = [event for event in channel.events if event not in shown]
    readers = ", ".join(channel.consumers)
    lines = [
        f"\n### `{channel.name}`\n",
        f"\n{channel.summary}. {family}. From {channel.producer}; read by {readers}.\n",
    ]
    lines.extend(_example(channel, event) for event in shown)
    if later:
        listed = ", ".join(f"`{event}`" for event in later)
        lines.append(f"\nReserved, not sent yet: {listed}.\n")
    return "".join(lines)


def _example(channel: Channel, event: str) -> str:
    name = f"{channel.name.replace(':', '.')}__{event}.json"
    message = json.loads((EXAMPLES / name).read_text())
    return f"\n`{event}`:\n\n```json\n{json.dumps(message, indent=1)}\n```\n"


if __name__ == "__main__":
    sys.exit(main())
