"""The words of `homepot-agent status`. Pure: facts and the time in, lines out."""

from __future__ import annotations

from homepot_agent.state import Status

# A running agent writes its status at every interval; more than this many are missing.
MISSED_MAX = 3


def ago(then_us: int | None, now_us: int) -> str:
    """How long since then.

    >>> ago(1_000_000, 6_000_000), ago(0, 7_200_000_000), ago(None, 1)
    ('5 s ago', '2.0 h ago', 'never')
    """
    if then_us is None:
        return "never"
    return f"{span((now_us - then_us) / 1e6)} ago"


def span(seconds: float) -> str:
    """A length of time as people say it.

    >>> span(89), span(600), span(90_000_000)
    ('89 s', '10 min', '1041.7 days')
    """
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    if seconds < 172_800:
        return f"{seconds / 3600:.1f} h"
    return f"{seconds / 86_400:.1f} days"


def reports(count: int) -> str:
    """
    >>> reports(1), reports(0)
    ('1 report', '0 reports')
    """
    return f"{count} report{'' if count == 1 else 's'}"


def is_alive(status: Status, now_us: int) -> bool:
    """Whether the agent that wrote this is still writing."""
    silent_s = (now_us - status.written_us) / 1e6
    return status.running and silent_s < MISSED_MAX * max(status.interval_s, 10.0)


def status_lines(status: Status, now_us: int) -> list[tuple[str, str]]:
    """What is told, as name and text."""
    return [
        ("Agent", _agent(status, now_us)),
        ("Device", f"{status.device_id} at {status.server}"),
        ("Server", _server(status, now_us)),
        ("Measured", _measured(status, now_us)),
        ("Sent", _sent(status, now_us)),
        ("Waiting", _waiting(status, now_us)),
        *_losses(status),
        *_clock(status),
        ("Last error", _error(status, now_us)),
        ("Commands", f"allowed on this device: {', '.join(status.allow) or 'none'}"),
    ]


def _agent(status: Status, now_us: int) -> str:
    if is_alive(status, now_us):
        return f"running since {span((now_us - status.started_us) / 1e6)}, process {status.pid}"
    if status.running:
        return f"not running: it ended without a word, {ago(status.written_us, now_us)}"
    return f"not running: stopped {ago(status.written_us, now_us)}"


def _server(status: Status, now_us: int) -> str:
    if status.unreachable_since_us is not None:
        again = "now" if status.next_try_in_s is None else f"in {span(status.next_try_in_s)}"
        return f"unreachable for {span((now_us - status.unreachable_since_us) / 1e6)}, next {again}"
    if status.last_heard_us is None:
        return "not heard from yet"
    return f"answered {ago(status.last_heard_us, now_us)}"


def _measured(status: Status, now_us: int) -> str:
    if not status.clock_is_set:
        return "nothing, because this device's clock is not set"
    return (
        f"{reports(status.collected)} since its start,"
        f" the last {ago(status.last_collected_us, now_us)}:"
        f" {', '.join(status.metrics) or 'no metric'}"
    )


def _sent(status: Status, now_us: int) -> str:
    last = ago(status.last_sent_us, now_us)
    return f"{reports(status.sent)} since its start, the last {last}"


def _waiting(status: Status, now_us: int) -> str:
    text = reports(status.waiting)
    if status.waiting:
        text += f", the oldest {ago(status.oldest_waiting_us, now_us)}"
    text += f"; spool {_mb(status.spool_bytes)} of {_mb(status.spool_bytes_max)} MB"
    if status.in_memory_only:
        text += f"; {status.in_memory_only} only in memory ({status.disk_trouble})"
    return text


def _mb(count: int) -> str:
    return f"{count / 1e6:.1f}"


def _losses(status: Status) -> list[tuple[str, str]]:
    told = []
    if status.dropped:
        told.append(f"{status.dropped} dropped because the spool was full")
    if status.damaged:
        told.append(f"{status.damaged} unreadable on a damaged disk")
    if status.rejected:
        told.append(f"{status.rejected} refused since its start (rejects.jsonl says why)")
    return [("Lost", "; ".join(told))] if told else []


def _clock(status: Status) -> list[tuple[str, str]]:
    behind_s = (status.clock_behind_server_us or 0) / 1e6
    if abs(behind_s) <= 5:
        return []
    where = "behind" if behind_s > 0 else "ahead of"
    return [("Clock", f"{span(abs(behind_s))} {where} the server's")]


def _error(status: Status, now_us: int) -> str:
    if not status.last_error:
        return "none"
    return f"{status.last_error} ({ago(status.last_error_us, now_us)})"
