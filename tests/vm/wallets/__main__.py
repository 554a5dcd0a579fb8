# SPDX-License-Identifier: GPL-2.0
"""Wallets over netlink: what each command does, what it refuses and in which words, and who may.

Speaks through the kernel's own netlink tool, which knows the specification only. Runs in the guest
as root, class attached, nothing else under it.
"""

from common import equal, kill_hogs, root
from events import check_events
from grants import check_deleting, check_grants
from rights import check_permissions
from terms import check_changing, check_funding, check_limits, check_making, check_naming


def main():
    checks = (check_making, check_naming, check_changing, check_funding, check_limits,
              check_deleting, check_grants, check_permissions, check_events)
    try:
        for check in checks:
            print(f"# {check.__name__}", flush=True)
            check()
    finally:
        kill_hogs()
    equal("what is left over", [w["name"] for w in root.dump("wallet-get", {})
                                if w["kind"] == "named"], ["plain", "free"])


if __name__ == "__main__":
    main()
