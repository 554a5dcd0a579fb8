# SPDX-License-Identifier: GPL-2.0
"""What the sandbox of gossipd's unit lets a program do; run by the daemon as one of its sensors.

Prints a line for each thing that is tried: "ok" or "WRONG" in front of what it was and how it ended.
What has to fail has to fail for want of permission or because it cannot be seen, not by a mistake.
"""

import ctypes
import errno
import mmap
import os
import socket
import stat
import sys
import time

STATE = os.environ["STATE_DIRECTORY"]
NO = (errno.EPERM, errno.EACCES, errno.EROFS, errno.ENOENT, errno.ENXIO,
      errno.EAFNOSUPPORT)
LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWUSER, PER_LINUX32, MS_BIND = 0x10000000, 8, 4096
SYS_KEXEC_LOAD, SYS_FINIT_MODULE, SYS_PTRACE, SYS_BPF = 246, 313, 101, 321


def call(name, *args):
    """A function of the C library that returns -1 with errno."""
    if getattr(LIBC, name)(*args) == -1:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def read(path):
    with open(path, "rb") as file:
        return file.read(64)


def see(path):
    """What is hidden from who may read all is empty."""
    if not (os.listdir(path) if os.path.isdir(path) else read(path)):
        raise PermissionError(errno.EACCES, "nothing is there")


def write(path):
    """Nothing is written to what is there."""
    with open(path, "ab"):
        pass


def make(path):
    with open(path, "xb"):
        pass
    os.unlink(path)


def set_id():
    path = f"{STATE}/setuid"
    make_file = os.open(path, os.O_CREAT | os.O_WRONLY, 0o700)
    os.close(make_file)
    try:
        os.chmod(path, 0o4700)
    finally:
        os.unlink(path)


def opened(family, kind, protocol=0):
    socket.socket(family, kind, protocol).close()


def code_that_is_written():
    mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC).close()


def device():
    """The disk that this system is on."""
    see("/dev/pmem0" if os.path.exists("/dev/pmem0") else "/dev/vda")


def disk_of_its_own():
    os.mknod(f"{STATE}/disk", stat.S_IFBLK | 0o600, os.makedev(259, 0))


def host_name(name):
    call("sethostname", name, len(name))


MUST = {
    "write its state": lambda: make(f"{STATE}/file"),
    "write to its runtime directory": lambda: make(f"{os.environ['RUNTIME_DIRECTORY']}/file"),
    "write to a /tmp": lambda: make("/tmp/sandbox"),
    "read its keys": lambda: read("/etc/gossipd/keys/identity"),
    "read sysfs": lambda: read("/sys/devices/system/cpu/online"),
    "read what is root's in sysfs, as RAPL": lambda: read("/sys/class/dmi/id/product_serial"),
    "IPv4": lambda: opened(socket.AF_INET, socket.SOCK_DGRAM),
    "IPv6": lambda: opened(socket.AF_INET6, socket.SOCK_DGRAM),
    "Unix sockets": lambda: opened(socket.AF_UNIX, socket.SOCK_STREAM),
    "netlink": lambda: opened(socket.AF_NETLINK, socket.SOCK_RAW, 16),
}
MUST_NOT = {
    "make a file in /etc": lambda: make("/etc/sandbox"),
    "make a file beside its settings": lambda: make("/etc/gossipd/sandbox"),
    "make a file in /usr": lambda: make("/usr/sandbox"),
    "make a file in /var": lambda: make("/var/sandbox"),
    "change a key": lambda: write("/etc/gossipd/keys/identity"),
    "see /root": lambda: see("/root"),
    "see a user's home": lambda: see("/home"),
    "read a file in /root": lambda: see("/root/secret"),
    "read a file in a user's home": lambda: see("/home/user/secret"),
    "read passwords": lambda: see("/etc/shadow"),
    "read backups": lambda: see("/var/backups/secret"),
    "see state of other services": lambda: see("/var/lib/private/other"),
    "see another's /tmp": lambda: see("/tmp/secret"),
    "see other processes": lambda: see("/proc/1/cmdline"),
    "see more of /proc than processes": lambda: see("/proc/cmdline"),
    "write a sysctl": lambda: write("/proc/sys/kernel/pid_max"),
    "write to sysfs": lambda: write("/sys/kernel/mm/transparent_hugepage/enabled"),
    "write to its cgroup": lambda: write("/sys/fs/cgroup/cgroup.procs"),
    "read the kernel's log": lambda: see("/dev/kmsg"),
    "read a disk": device,
    "make a disk's device": disk_of_its_own,
    "make a set-user-id file": set_id,
    "run code that it wrote": code_that_is_written,
    "packet sockets": lambda: opened(socket.AF_PACKET, socket.SOCK_RAW),
    "raw sockets": lambda: opened(socket.AF_INET, socket.SOCK_RAW, 1),
    "vsock": lambda: opened(socket.AF_VSOCK, socket.SOCK_STREAM),
    "a user namespace": lambda: call("unshare", CLONE_NEWUSER),
    "mount": lambda: call("mount", b"/var/lib", b"/tmp", None, MS_BIND, None),
    "another personality": lambda: call("personality", PER_LINUX32),
    "a real-time priority": lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)),
    "another nice value": lambda: os.setpriority(os.PRIO_PROCESS, 0, -5),
    "another set of CPUs": lambda: os.sched_setaffinity(0, os.sched_getaffinity(0)),
    "set the clock": lambda: time.clock_settime(time.CLOCK_REALTIME, time.time()),
    "set the host's name": lambda: host_name(os.uname().nodename.encode()),
    "load a module": lambda: call("syscall", SYS_FINIT_MODULE, -1, b"", 0),
    "load a kernel": lambda: call("syscall", SYS_KEXEC_LOAD, 0, 0, None, 0),
    "trace processes": lambda: call("syscall", SYS_PTRACE, 16, os.getppid(), None, None),
    "load BPF": lambda: call("syscall", SYS_BPF, 0, None, 0),
}


def attempt(what, function, allowed):
    try:
        function()
        result, right = "works", allowed
    except OSError as error:
        result, right = f"fails: {error.strerror}", not allowed and error.errno in NO
    print("ok   " if right else "WRONG", f"{what}: {result}")


def main():
    for what, function in MUST.items():
        attempt(what, function, True)
    for what, function in MUST_NOT.items():
        attempt(what, function, False)
    print("end")


if __name__ == "__main__":
    sys.exit(main())
