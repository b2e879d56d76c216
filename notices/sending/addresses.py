"""To which addresses of the network a webhook may lead."""

import ipaddress
import socket

from django.conf import settings

from notices.sending.outcome import NotSent

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
# IPv4 within IPv6, which a gateway makes IPv4 of (RFC 6052).
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def resolved(host: str, port: int) -> list[str]:
    """The addresses that a host has, each of which may be connected to. Raises NotSent.

    It is to them that is connected, not to the name: by then it may have others.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotSent(f"{host} has no address: {error}") from error
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not settings.NOTICE_PRIVATE_ADDRESSES and not all(map(is_public, addresses)):
        raise NotSent(
            f"{host} is in a private network, where webhooks may not lead"
            " (NOTICE_PRIVATE_ADDRESSES)."
        )
    return addresses


def is_public(text: str) -> bool:
    """Whether an address is one of the internet."""
    address = _inner(ipaddress.ip_address(text.partition("%")[0]))
    return address.is_global and not address.is_multicast


def _inner(address: _Address) -> _Address:
    """The IPv4 address that an IPv6 address stands for, where it does."""
    if not isinstance(address, ipaddress.IPv6Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    teredo = address.teredo[1] if address.teredo else None
    return address.ipv4_mapped or address.sixtofour or teredo or address
