# SPDX-License-Identifier: GPL-2.0
"""One boot of the test guest: starts QEMU, follows its verdict channel and its console.

Used by run.py, inside the build root. The guest's disk is the cached image with every write thrown
away afterwards, so each boot starts from the same state.

The disk is memory to the guest (an NVDIMM that is a private mapping of the image). With a disk that
the guest waits for, counted time runs away: nothing is executed meanwhile, so time leaps from one
timer to the next, by minutes for what takes the host a second. A page that the host has to read
makes the CPU itself wait, and time with it.
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import time

KERNEL = os.environ["MAXWELL_KERNEL"]
DEBUG = bool(os.environ.get("MAXWELL_DEBUG"))
TREE = pathlib.Path("/maxwell")
# How much longer than on a stock kernel things may take.
PATIENCE = 6 if DEBUG else 1
# Name of a stock kernel other than the build root's own, as "7.2-rt"; see scripts/stock-kernel.sh.
STOCK = os.environ.get("MAXWELL_STOCK", "")
OUT = TREE / "build" / ("test-debug" if DEBUG else f"test-{STOCK}" if STOCK else "test")
VMLINUZ = pathlib.Path(f"/usr/lib/modules/{KERNEL}/vmlinuz")
IMAGE = pathlib.Path("/cache/guest.ext4")
MODULES = pathlib.Path(f"/cache/drivers-{KERNEL}.cpio")
PAYLOAD = TREE / "build" / KERNEL / "vm" / "payload.cpio"
KERNEL_ARGS = ("console=ttyS0 loglevel=7 log_buf_len=8M printk.devkmsg=on panic=-1 "
               "printk.time=1 net.ifnames=0 selinux=0 apparmor=0 tsc=reliable")

MEMORY = "3G" if DEBUG else "2G"

# What drives time in the guest. "counted": the instructions that were executed (4 ns each), so that
# nothing else that the host does shows in the guest's timing; its CPUs take turns. "real": the host's
# clock, and the CPUs run in parallel, as the search for races wants it. "turns": the host's clock, but
# the CPUs take turns: for kernel code that is patched under load, which QEMU's parallel CPUs now and
# then execute half patched ("Oops: int3").
CLOCKS = {
    "counted": ("tcg", "-icount", "shift=2,align=off,sleep=off"),
    "real": ("tcg,thread=multi",),
    "turns": ("tcg,thread=single",),
}


def debug_args(clock):
    """More for the command line of the debug kernel.

    It lacks the hardware that it could calibrate the time stamp counter by, and would count ticks
    instead, so that times of up to a second show as longer or shorter. QEMU's counter follows the
    host's, or, where instructions are counted, virtual nanoseconds.
    """
    if clock == "counted":
        return "tsc_early_khz=1000000"
    with open("/proc/cpuinfo", encoding="ascii") as cpuinfo:
        mhz = [line.split(":")[1] for line in cpuinfo if line.startswith("cpu MHz")]
    return f"tsc_early_khz={float(mhz[0]) * 1000:.0f}" if mhz else ""


def disk_args():
    """The debug kernel has no ACPI, which NVDIMMs are found by; nor is its time ever counted."""
    if DEBUG:
        return ["-m", MEMORY,
                "-drive", f"file={IMAGE},if=virtio,format=raw,snapshot=on,cache=unsafe"]
    size = IMAGE.stat().st_size
    return ["-machine", "nvdimm=on", "-m", f"{MEMORY},slots=1,maxmem=16G",
            "-object", f"memory-backend-file,id=disk,mem-path={IMAGE},size={size},share=off,"
                       "reserve=off",
            "-device", "nvdimm,memdev=disk"]


class Follower:
    """Hands out the lines that are appended to a file, complete ones only."""

    def __init__(self, path):
        self.path = path
        self.path.write_bytes(b"")
        self.offset = 0
        self.rest = b""

    def lines(self):
        with open(self.path, "rb") as file:
            file.seek(self.offset)
            data = file.read()
        self.offset += len(data)
        *done, self.rest = (self.rest + data).split(b"\n")
        return [line.decode(errors="replace").rstrip("\r") for line in done]


def cpio(files):
    """An initrd archive with the given {path: text}; the kernel takes several in a row."""
    with tempfile.TemporaryDirectory() as work:
        for name, text in files.items():
            path = pathlib.Path(work, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        listing = "".join(f"{path.relative_to(work)}\n"
                          for path in sorted(pathlib.Path(work).rglob("*")))
        return subprocess.run(["cpio", "--quiet", "--create", "--format=newc"], cwd=work,
                              input=listing.encode(), stdout=subprocess.PIPE, check=True).stdout


class Guest:
    """A running guest. Logs go to DIRECTORY/{console,log,verdict}."""

    def __init__(self, directory, control, cpus=2, kernel_args="", clock="real",
                 interactive=False):
        self.directory = pathlib.Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.console = Follower(self.directory / "console")
        self.log = Follower(self.directory / "log")
        self.verdict = Follower(self.directory / "verdict")
        self.initrd = tempfile.NamedTemporaryFile(suffix=".initrd")
        extra = {f"payload/{name}": text for name, text in control.items()}
        extra["payload/patience"] = f"{PATIENCE}\n"
        if interactive:
            extra["payload/interactive"] = ""
        for part in (MODULES.read_bytes(), PAYLOAD.read_bytes(), cpio(extra)):
            self.initrd.write(part + b"\0" * (-len(part) % 512))
        self.initrd.flush()
        self.qemu_log = open(self.directory / "qemu", "wb")
        self.process = subprocess.Popen(
            self.command(cpus, kernel_args, clock, interactive),
            stdin=None if interactive else subprocess.DEVNULL,
            stdout=None if interactive else self.qemu_log, stderr=subprocess.STDOUT)

    def command(self, cpus, kernel_args, clock, interactive):
        if DEBUG:
            kernel_args = f"{debug_args(clock)} {kernel_args}"
        serial = "mon:stdio" if interactive else f"file:{self.directory}/console"
        return [
            "qemu-system-x86_64", "-no-user-config", "-nodefaults", "-display", "none",
            "-accel", *CLOCKS.get(clock, clock.split(" ")),
            # Where a CPU has fast string instructions, the kernel copies byte by byte with them, which
            # are as many instructions to QEMU. Without ACPI only one CPU of a socket is found.
            "-cpu", "max,-erms,-fsrm", "-smp", f"{cpus},sockets={cpus}" if DEBUG else str(cpus),
            "-no-reboot", *disk_args(),
            "-kernel", str(VMLINUZ), "-initrd", self.initrd.name,
            "-append", f"{KERNEL_ARGS} {kernel_args}".strip(),
            "-serial", serial, "-device", "virtio-serial-pci",
            "-chardev", f"file,id=verdict,path={self.verdict.path}",
            "-device", "virtserialport,chardev=verdict,name=maxwell.verdict",
            "-chardev", f"file,id=log,path={self.log.path}",
            "-device", "virtserialport,chardev=log,name=maxwell.log",
        ]

    def running(self):
        return self.process.poll() is None

    def kill(self):
        self.process.kill()
        self.process.wait()

    def wait_off(self, seconds):
        """True if the guest powered off by itself in time."""
        try:
            self.process.wait(seconds)
            return True
        except subprocess.TimeoutExpired:
            self.kill()
            return False


def need_files():
    for path in (VMLINUZ, IMAGE, MODULES, PAYLOAD):
        if not path.exists():
            sys.exit(f"guest: {path} is missing: run it through make, which makes it first")


def sleep():
    time.sleep(0.05)
