#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Attaches another sched_ext scheduler, the smallest that there can be: a name and no callbacks.

Says "attached" and stays until it is killed, or ends with status 1 and the reason. Runs in the guest.
"""

import ctypes
import os
import signal
import struct
import sys

NAME = b"other"
BTF_KIND_STRUCT = 4
BPF_MAP_TYPE_STRUCT_OPS = 26
BPF_F_LINK = 1 << 13
BPF_STRUCT_OPS = 44
SCX_OPS_SWITCH_PARTIAL = 1 << 3

bpf = ctypes.CDLL("libbpf.so.1", use_errno=True)
bpf.btf__load_vmlinux_btf.restype = ctypes.c_void_p
bpf.btf__type_by_id.restype = ctypes.c_void_p
bpf.btf__type_by_id.argtypes = (ctypes.c_void_p, ctypes.c_uint32)
bpf.btf__name_by_offset.restype = ctypes.c_char_p
bpf.btf__name_by_offset.argtypes = (ctypes.c_void_p, ctypes.c_uint32)
bpf.btf__new_empty.restype = ctypes.c_void_p
bpf.btf__find_by_name_kind.argtypes = (ctypes.c_void_p, ctypes.c_char_p, ctypes.c_uint32)


class MapOptions(ctypes.Structure):
    """struct bpf_map_create_opts, as far as it matters."""

    _fields_ = [("sz", ctypes.c_size_t)] + [(name, ctypes.c_uint32) for name in (
        "btf_fd", "btf_key_type_id", "btf_value_type_id", "btf_vmlinux_value_type_id",
        "inner_map_fd", "map_flags")]


def checked(what, result):
    if result < 0:
        sys.exit(f"cannot {what}: {os.strerror(-result)}")
    return result


class Struct:
    """A structure of the running kernel, by its BTF: number, size, and where its members are."""

    def __init__(self, btf, name):
        self.number = checked(f"find {name}",
                              bpf.btf__find_by_name_kind(btf, name, BTF_KIND_STRUCT))
        address = bpf.btf__type_by_id(btf, self.number)
        _, info, self.size = struct.unpack("=III", ctypes.string_at(address, 12))
        self.offset = {}
        for i in range(info & 0xffff):
            member = ctypes.string_at(address + 12 * (i + 1), 12)
            member_name, _, bits = struct.unpack("=III", member)
            self.offset[bpf.btf__name_by_offset(btf, member_name)] = (bits & 0xffffff) // 8


def some_btf():
    """The kernel wants BTF of the one who makes the map, whatever is in it."""
    btf = ctypes.c_void_p(bpf.btf__new_empty())
    checked("make BTF", bpf.btf__add_int(btf, b"int", ctypes.c_size_t(4), 0))
    checked("load BTF", bpf.btf__load_into_kernel(btf))
    return bpf.btf__fd(btf)


def main():
    btf = bpf.btf__load_vmlinux_btf()
    if not btf:
        sys.exit("cannot read the kernel's BTF")
    btf = ctypes.c_void_p(btf)
    value_type, ops = Struct(btf, b"bpf_struct_ops_sched_ext_ops"), Struct(btf, b"sched_ext_ops")
    options = MapOptions(sz=ctypes.sizeof(MapOptions), map_flags=BPF_F_LINK,
                         btf_fd=some_btf(),
                         btf_vmlinux_value_type_id=value_type.number)
    table = checked("make the map", bpf.bpf_map_create(
        BPF_MAP_TYPE_STRUCT_OPS, NAME, 4, value_type.size, 1, ctypes.byref(options)))

    value = ctypes.create_string_buffer(value_type.size)
    data = value_type.offset[b"data"]
    struct.pack_into(f"{len(NAME)}s", value, data + ops.offset[b"name"], NAME)
    struct.pack_into("=Q", value, data + ops.offset[b"flags"], SCX_OPS_SWITCH_PARTIAL)
    key = ctypes.c_uint32(0)
    checked("load the operations",
            bpf.bpf_map_update_elem(table, ctypes.byref(key), value, ctypes.c_uint64(0)))
    checked("attach", bpf.bpf_link_create(table, 0, BPF_STRUCT_OPS, None))
    print("attached", flush=True)
    while True:
        signal.pause()


if __name__ == "__main__":
    main()
