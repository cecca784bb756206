"""Read what somebody asks of the DataLoader; only the id is looked at here."""

from dataclasses import dataclass
from typing import Final

import msgspec

from contracts.names import JOBS_CANCEL, JOBS_CONTROL


@dataclass(frozen=True, slots=True)
class Job:
    """Hold a job as it was sent.

    body : JSON; resumed : it was taken before by a loader that did not finish it;
    entry_id : its place in the stream, empty for a bare publish.
    """

    id: str
    channel: str
    body: bytes
    resumed: bool = False
    entry_id: str = ""


@dataclass(frozen=True, slots=True)
class Cancel:
    """Ask to stop a job."""

    job_id: str


@dataclass(frozen=True, slots=True)
class Malformed:
    """Hold a message without a usable id: count it, log each cause once."""

    channel: str
    reason: str


Order = Job | Cancel | Malformed

LONGEST_ID = 200


CANCELS: Final = {JOBS_CONTROL: ("action", "cancel"), JOBS_CANCEL: ("type", "cancel_job")}
"""What a cancel must say on each channel."""


class _Named(msgspec.Struct):
    job_id: str


def as_job(channel: str, body: bytes, *, resumed: bool = False, entry_id: str = "") -> Order:
    """Return the job in `body`, or what is wrong with it."""
    name = _name(channel, body)
    if isinstance(name, Malformed):
        return name
    return Job(name, channel, body, resumed, entry_id)


def as_cancel(channel: str, body: bytes) -> Order:
    """Return the cancel in `body`, or what is wrong with it."""
    name = _name(channel, body)
    if isinstance(name, Malformed):
        return name
    field, expected = CANCELS[channel]
    found = msgspec.json.decode(body).get(field)
    if found != expected:
        return Malformed(
            channel, f"{field}: expected {expected!r}, was {str(found)[:LONGEST_ID]!r}"
        )
    return Cancel(name)


def _name(channel: str, body: bytes) -> str | Malformed:
    try:
        name = msgspec.json.decode(body, type=_Named).job_id
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        return Malformed(channel, str(error))
    if not name.isprintable() or not 0 < len(name) <= LONGEST_ID:
        expected = f"job_id: expected 1-{LONGEST_ID} printable characters"
        return Malformed(channel, f"{expected}, was {name[:LONGEST_ID]!r}")
    return name
