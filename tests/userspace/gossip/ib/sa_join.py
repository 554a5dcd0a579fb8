#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Joins a multicast group at the subnet manager as the kernel does for gossipd.

By libibumad alone, so that it can be told (LD_PRELOAD) to take a simulated fabric for the real one.

Usage: sa_join.py GROUP join|send-only|leave	GROUP is an IPv4 address; PKEY= in the environment
Out: status of the answer (0 is good), and MLID, MTU and rate of what was joined.
"""

import ctypes
import ipaddress
import os
import struct
import sys

SA_CLASS = 3
SA_VERSION = 2
SA_QP = 1
SA_QKEY = 0x80010000
MCMEMBER = 0x38
SET, DELETE = 2, 0x15
MAD_BYTES = 256
DATA_AT = 56
TIMEOUT_MS = 2000
# Of struct umad_port.
SM_LID_AT, PREFIX_AT, GUID_AT = 32, 56, 64
# What the record says: MGID, port, Q_Key, class, P_Key, service level, flow, join state.
COMPONENTS = 1 << 0 | 1 << 1 | 1 << 2 | 1 << 6 | 1 << 7 | 1 << 12 | 1 << 13 | 1 << 16
LEAVE_COMPONENTS = 1 << 0 | 1 << 1 | 1 << 16
FULL, SEND_ONLY_FULL = 1, 8
# RDMA_UDP_QKEY of the kernel.
QKEY = 0x01234567


def mgid(group, pkey):
    """As cma_set_mgid() maps an IPv4 group for RDMA_PS_UDP."""
    bits = int(ipaddress.IPv4Address(group)) & 0x0fffffff
    return struct.pack(">HHHHHHI", 0xff12, 0x4001, pkey, 0, 0, 0, bits)


def record(group, pkey, port_gid, state):
    """An MCMemberRecord."""
    return mgid(group, pkey) + port_gid + struct.pack(
        ">IHBBHBBIBBH", QKEY, 0, 0, 0, pkey, 0, 0, 0, state, 0, 0)


def mad(method, components, data):
    """A request to the subnet administration."""
    head = struct.pack(">BBBBHHQHHI", 1, SA_CLASS, SA_VERSION, method, 0, 0, 0x4d58, MCMEMBER, 0, 0)
    sa = struct.pack(">QHHQ", 0, 0, 0, components)
    return (head + bytes(12) + sa + data).ljust(MAD_BYTES, b"\0")


def ask(umad, request, sm_lid):
    """Send it, and wait for the answer."""
    head = umad.umad_size()
    buffer = ctypes.create_string_buffer(head + MAD_BYTES)
    port = umad.umad_open_port(None, 0)
    agent = umad.umad_register(port, SA_CLASS, SA_VERSION, 0, None)
    if port < 0 or agent < 0:
        raise SystemExit("no port")
    ctypes.memmove(umad.umad_get_mad(buffer), request, MAD_BYTES)
    umad.umad_set_addr(buffer, sm_lid, SA_QP, 0, SA_QKEY)
    length = ctypes.c_int(MAD_BYTES)
    if umad.umad_send(port, agent, buffer, MAD_BYTES, TIMEOUT_MS, 0) or \
            umad.umad_recv(port, buffer, ctypes.byref(length), 2 * TIMEOUT_MS) < 0 or \
            umad.umad_status(buffer):
        raise SystemExit("no answer")
    return ctypes.string_at(umad.umad_get_mad(buffer), MAD_BYTES)


def main():
    group, what = sys.argv[1:]
    pkey = int(os.environ.get("PKEY") or "0xffff", 0)
    umad = ctypes.CDLL("libibumad.so.3")
    umad.umad_get_mad.restype = ctypes.c_void_p
    umad.umad_init()
    port = ctypes.create_string_buffer(4096)
    if umad.umad_get_port(None, 0, port):
        raise SystemExit("no port")
    sm_lid = struct.unpack_from("=I", port.raw, SM_LID_AT)[0]
    state = SEND_ONLY_FULL if what == "send-only" else FULL
    data = record(group, pkey, port.raw[PREFIX_AT:PREFIX_AT + 8] + port.raw[GUID_AT:GUID_AT + 8],
                  state)
    leave = what == "leave"
    answer = ask(umad, mad(DELETE if leave else SET,
                           LEAVE_COMPONENTS if leave else COMPONENTS, data), sm_lid)
    status = struct.unpack_from(">H", answer, 4)[0]
    _, mlid, mtu, _, _, rate = struct.unpack_from(">IHBBHB", answer, DATA_AT + 32)
    print(f"status 0x{status:x} mlid 0x{mlid:x} mtu {mtu & 63} rate {rate & 63}")
    return 0 if not status else 1


if __name__ == "__main__":
    sys.exit(main())
