"""Whether the product's port is free, and who has it if not."""

import errno
import socket

import psutil


class PortRefused(Exception):
    """The port cannot be used; the message says why and what to do."""


def check_port(host: str, port: int) -> None:
    """Try it, before anything is started for nothing."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError:
        raise PortRefused(
            f"The host {host!r} is not known: choose an address of this machine with HOMEPOT_HOST"
            " (127.0.0.1 for this machine alone, 0.0.0.0 for its network)."
        ) from None
    for family, kind, protocol, _, address in found:
        with socket.socket(family, kind, protocol) as attempt:
            attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                attempt.bind(address)
            except OSError as error:
                raise PortRefused(_words(host, port, error)) from None


def _words(host: str, port: int, error: OSError) -> str:
    free = 8001 if port == 8000 else 8000
    another = f"make run PORT={free}, homepot up --port {free}, or HOMEPOT_PORT={free}"
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is in use{_by_whom(port)}. Choose another: {another}."
    if error.errno == errno.EACCES:
        return f"Port {port} may only be used by root. Choose one above 1023: {another}."
    return (
        f"HOMEPOT cannot listen on {host}, port {port}: {error.strerror}. Choose another address"
        f" with HOMEPOT_HOST, or another port: {another}."
    )


def _by_whom(port: int) -> str:
    try:
        connections = psutil.net_connections("tcp")
    except (psutil.AccessDenied, PermissionError, FileNotFoundError):
        return ""
    for one in connections:
        if one.status != psutil.CONN_LISTEN or not one.laddr or one.pid is None:
            continue
        if one.laddr.port != port:
            continue
        try:
            name = psutil.Process(one.pid).name()
        except psutil.NoSuchProcess:
            continue
        return f" by {name} (process {one.pid})"
    return " by a program of another user"
