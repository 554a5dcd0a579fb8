# SPDX-License-Identifier: GPL-2.0
"""The daemon where "make install-gossipd" puts it: it has to find its plug-in there."""

import os
import shutil
import subprocess
import sys
import tempfile

import test_alone

PARTS = ("gossip", "gossip-ib", "tools", "libmaxwell.a", "gossipd", "gossipd-ib.so")
LIBRARY = "lib/gossipd/gossipd-ib.so"
# systemd has them with a point.
EXPOSURE_TENTHS = 19


def build_tree():
    """What was built, by its own path."""
    return os.path.dirname(os.path.abspath(sys.argv[1]))


def install(build, *variables):
    """Install as people do it, without what this make was told itself."""
    environment = {name: value for name, value in os.environ.items()
                   if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
    done = subprocess.run(["make", "--no-print-directory", "-C", test_alone.TOP, f"BUILD={build}",
                           "install-gossipd", *variables], capture_output=True, text=True,
                          check=False, timeout=300, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr


def said(program):
    """What it says of InfiniBand, of which there is none here."""
    with test_alone.one() as lab:
        node = lab.nodes[0]
        lab.gossipd = program
        test_alone.began(node)
        node.stop()
        return [line for line in node.log().split("\n") if "InfiniBand" in line]


def check(program, library):
    """It has loaded its plug-in; and without that it says where it looked."""
    found = said(program)
    assert len(found) == 1 and "InfiniBand is waited for" in found[0], found
    os.rename(library, f"{library}.away")
    found = said(program)
    assert len(found) == 1 and f"InfiniBand is not used: {library}: cannot open" in found[0], found
    os.rename(f"{library}.away", library)


def where_it_is_installed_it_finds_its_plug_in(_):
    """By DESTDIR, as packages are made; its place is mounted where it will be."""
    if not os.path.exists(os.path.join(build_tree(), "gossipd-ib.so")):
        return "InfiniBand was left out"
    with tempfile.TemporaryDirectory() as work:
        install(build_tree(), f"DESTDIR={work}")
        subprocess.run(["mount", "--bind", f"{work}/usr/local", "/usr/local"], check=True)
        try:
            check("/usr/local/sbin/gossipd", f"/usr/local/{LIBRARY}")
            for page in ("man8/gossipd.8", "man5/gossipd.conf.5"):
                assert os.path.exists(f"/usr/local/share/man/{page}"), page
        finally:
            subprocess.run(["umount", "/usr/local"], check=True)
    return ""


def another_prefix_than_it_was_built_with_counts(_):
    """First make, then an installation with a PREFIX; what is built here stays as it is."""
    if not os.path.exists(os.path.join(build_tree(), "gossipd-ib.so")):
        return "InfiniBand was left out"
    with tempfile.TemporaryDirectory() as work:
        build, prefix = f"{work}/build", f"{work}/opt"
        os.mkdir(build)
        for part in PARTS:
            source = os.path.join(build_tree(), part)
            copy = shutil.copytree if os.path.isdir(source) else shutil.copy2
            copy(source, os.path.join(build, part))
        install(build, f"PREFIX={prefix}")
        check(f"{prefix}/sbin/gossipd", f"{prefix}/{LIBRARY}")
    return ""


def the_sandbox_of_the_unit_stays_closed(_):
    """What systemd thinks of it: 1.9 of 10, of which most is the network and the two capabilities."""
    if not shutil.which("systemd-analyze"):
        return "there is no systemd-analyze"
    with open(os.path.join(test_alone.TOP, "gossipd/gossipd.service"), encoding="ascii") as unit:
        text = unit.read().replace("@prefix@", "/usr/local")
    with tempfile.TemporaryDirectory() as work:
        path = os.path.join(work, "gossipd.service")
        with open(path, "w", encoding="ascii") as out:
            out.write(text)
        done = subprocess.run(["systemd-analyze", "security", "--offline=true", "--no-pager",
                               f"--threshold={EXPOSURE_TENTHS}", path], capture_output=True,
                              text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout[-300:] + done.stderr
    return None


CASES = [the_sandbox_of_the_unit_stays_closed, where_it_is_installed_it_finds_its_plug_in,
         another_prefix_than_it_was_built_with_counts]
