# SPDX-License-Identifier: GPL-2.0
"""Who may do what to wallets: as root, as their owner, as a stranger, in namespaces."""

import os

from common import (NOBODY, OTHER, SPEC, YnlFamily, as_user, draws_on, equal, get, kill_hogs, new,
                    refused, root, spend)

CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000

MANAGE = (("making a wallet", "wallet-new", {"name": "mine", "income": 1}),
          ("changing a wallet", "wallet-set", {"name": "nobodys", "income": 10**9}),
          ("deleting a wallet", "wallet-del", {"name": "nobodys"}),
          ("funding a wallet", "wallet-fund", {"name": "nobodys", "amount-nanocents": 1}))
GIVE = "needs CAP_SYS_NICE: not one's own thread between one's own wallets"
TAKE = "needs CAP_SYS_NICE: not one's own thread on one's own wallet"


def check_permissions():
    """Nobody owns a wallet and runs a task; root does as well."""
    mine, roots = new("nobodys", income=10**6, uid=NOBODY), new("roots", income=10**6)
    thread, other = spend(NOBODY), spend()
    default = get(to_pid=thread)["id"]
    cgroup = os.stat("/sys/fs/cgroup").st_ino

    def nothing_else(ynl):
        for text, name, attributes in MANAGE:
            refused(f"{text} needs CAP_SYS_NICE", name, attributes, ynl)
        for to in ({"to-uid": NOBODY}, {"to-cgroup": cgroup}, {"to-pid": other}):
            refused(GIVE, "wallet-grant", {"id": mine} | to, ynl)
            refused(TAKE, "wallet-revoke", to, ynl)
        refused(GIVE, "wallet-grant", {"id": roots, "to-pid": thread}, ynl)

    def own(ynl):
        nothing_else(ynl)
        ynl.do("wallet-grant", {"name": "nobodys", "to-pid": thread})
        equal("one's own wallet", draws_on(thread, mine, "task"), True)
        ynl.do("wallet-revoke", {"to-pid": thread})
        equal("back", draws_on(thread, default, "user"), True)
        # Reading is open.
        equal("listed", {"common", "nobodys", "roots"} - {w["name"] for w in
                                                         ynl.dump("wallet-get", {})}, set())
        equal("one's own by default", ynl.do("wallet-get", {})["name"], f"uid:{NOBODY}")
        ynl.dump("grant-get", {})

    def not_even_own(ynl):
        nothing_else(ynl)
        refused(GIVE, "wallet-grant", {"id": mine, "to-pid": thread}, ynl)
        refused(TAKE, "wallet-revoke", {"to-pid": thread}, ynl)

    as_user("what is one's own, and nothing else", own)
    as_user("a stranger", not_even_own, uid=OTHER)
    as_user("through a socket of root's", not_even_own, opener=0)
    as_user("root, through a socket of a stranger's", not_even_own, uid=0, opener=OTHER)
    # Nobody leaves a wallet that somebody else put him on.
    root.do("wallet-grant", {"id": roots, "to-pid": thread})
    as_user("held to root's wallet", not_even_own)
    equal("still there", draws_on(thread, roots, "task"), True)
    equal("nothing was granted", root.dump("grant-get", {}), [])
    root.do("wallet-revoke", {"to-pid": thread})

    def elsewhere(_ynl):
        os.unshare(CLONE_NEWNET)
        ynl = YnlFamily(str(SPEC), schema="")
        only = "the market is reachable from the initial network namespace only"
        for _text, name, attributes in MANAGE + (("", "wallet-get", {}),
                                                 ("", "wallet-revoke", {"to-pid": thread}),
                                                 ("", "wallet-grant",
                                                  {"id": mine, "to-pid": thread})):
            refused(only, name, attributes, ynl)

    def mapped(_ynl):
        os.unshare(CLONE_NEWUSER)
        ynl = YnlFamily(str(SPEC), schema="")
        not_even_own_here = {"id": mine, "to-uid": 0}
        refused("no user has the id 0 in this user namespace", "wallet-grant", not_even_own_here,
                ynl)
        for text, name, attributes in MANAGE:
            refused(f"{text} needs CAP_SYS_NICE", name, attributes, ynl)
        equal("an owner that is not mapped", ynl.do("wallet-get", {"id": roots})["uid"], 65534)

    as_user("in a network namespace", elsewhere, uid=0)
    as_user("in a user namespace", mapped, uid=0)
    kill_hogs()
    for name in ("nobodys", "roots"):
        root.do("wallet-del", {"name": name})
