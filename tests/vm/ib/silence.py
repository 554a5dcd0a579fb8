# SPDX-License-Identifier: GPL-2.0
"""How long nothing of a node is heard when its rail swallows everything, and no error says so."""

import socket
import struct
import time

import fabric
import zone

# Python has no names for these.
SO_RCVBUFFORCE = 33
SO_TIMESTAMPNS = 35
INTERVAL_MS = 200
# After three intervals without a beacon a node is silent to others.
BOUND_MS = 3 * INTERVAL_MS
BEFORE_S = 1
AFTER_S = 3
ROOM = 1 << 22
ADDRESSES = ((12, 16), (16, 20))


class Ear:
    """All that comes to a node by any way from another one to the group, with its time."""

    def __init__(self, node, speaker):
        self.sock = zone.socket_in(node)
        self.sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, ROOM)
        self.sock.setblocking(False)
        self.speaker = {socket.inet_aton(address) for address in (
            speaker.address4, *(fabric.address4(rail, speaker.number)
                                for rail in range(zone.RAILS)))}

    def close(self):
        """No more."""
        self.sock.close()

    def times_ns(self):
        """When such came, since it was asked last."""
        times = []
        while True:
            try:
                packet, extra, _, sender = self.sock.recvmsg(256, 64)
            except BlockingIOError:
                return times
            source, group = (packet[first:end] for first, end in ADDRESSES)
            if sender[2] == socket.PACKET_OUTGOING or source not in self.speaker or \
                    group != socket.inet_aton(zone.GROUP):
                continue
            seconds, ns = struct.unpack("qq", extra[0][2][:16])
            times.append(seconds * 10 ** 9 + ns)


def longest_ms(times, began_ns, ended_ns):
    """Of the times without any that were not over when it began."""
    return max((after - before) / 1e6 for before, after in zip(times, [*times[1:], ended_ns])
               if after > began_ns)


def swallow(lab, node, rail):
    """Once; returns the longest silence at each of the others, in ms."""
    ears = [Ear(other, node) for other in lab.nodes if other is not node]
    try:
        time.sleep(BEFORE_S)
        began_ns = time.time_ns()
        fabric.lose(node.name, rail, 100)
        time.sleep(AFTER_S)
        ended_ns = time.time_ns()
        return [longest_ms(ear.times_ns(), began_ns, ended_ns) for ear in ears]
    finally:
        fabric.lose(node.name, rail, 0)
        for ear in ears:
            ear.close()


def active_rail(node):
    """The rail that it sends on."""
    return next(number for number, rail in enumerate(zone.infiniband(node)["rails"])
                if rail["active"])


def swallowed(lab, node, tries):
    """Again and again, each time from where all are on InfiniBand alone."""
    silences = []
    for number in range(tries):
        zone.wait_promoted(lab.nodes)
        # At another time between two beacons.
        time.sleep(number * INTERVAL_MS / 1000 / tries)
        silences += swallow(lab, node, active_rail(node))
    zone.wait_promoted(lab.nodes)
    return silences
