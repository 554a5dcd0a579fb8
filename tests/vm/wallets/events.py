# SPDX-License-Identifier: GPL-2.0
"""What is told about wallets, and when."""

from common import (OTHER, SPEC, YnlFamily, balanced, equal, get, kill_hogs, new, refused, root,
                    shows, spend, task, wait_for)


def check_events():
    listener = YnlFamily(str(SPEC), schema="")
    listener.ntf_subscribe("wallet")
    told = []

    def heard(event):
        listener.check_ntf()
        while not listener.async_msg_queue.empty():
            told.append(listener.async_msg_queue.get()["msg"])
        return event in [message["event"] for message in told]

    made = new("news", income=1000, half_life_ms=0)
    root.do("wallet-set", {"id": made, "income": 0})
    root.do("wallet-fund", {"id": made, "amount-nanocents": 10**6})
    refused("name is missing", "wallet-new", {})
    root.do("wallet-grant", {"id": made, "to-uid": OTHER})
    root.do("wallet-revoke", {"to-uid": OTHER})
    # It spends what there is, and more.
    pid = spend()
    root.do("wallet-grant", {"id": made, "to-pid": pid})
    wait_for("it never runs out of money", lambda: get(id=made)["balance-nanocents"] < 0, 20)
    equal("in debt", (get(id=made)["pace"], task(pid)["effective-bid"]), (0, 0))
    wait_for("its debt is not told", lambda: heard("debt"))
    kill_hogs()
    # Its last charge comes with its end, and would put the wallet into debt anew.
    wait_for("its task is not gone", lambda: get(id=made)["nr-tasks"] == 0, 20)
    lacking = -get(id=made)["balance-nanocents"]
    root.do("wallet-fund", {"id": made, "amount-nanocents": lacking + 5})
    shows("out of debt", get(id=made), balance_nanocents=5)
    wait_for("its recovery is not told", lambda: heard("recovered"), 20)
    balanced(get(id=made))
    root.do("wallet-del", {"id": made})
    wait_for("its end is not told", lambda: heard("deleted"))
    told = [message for message in told if message["id"] == made]
    equal("events", [n["event"] for n in told],
          ["made", "changed", "funded", "changed", "changed", "debt", "funded", "recovered",
           "deleted"])
    shows("made", told[0], id=made, name="news", kind="named", uid=0, income=1000, nr_tasks=0,
          cap_nanocents=10**13, half_life_ms=0, unlimited=None, charged_nanocents=None)
    shows("changed", told[1], income=0, cap_nanocents=10**13)
    equal("debt", told[5]["balance-nanocents"] < 0 and told[5]["pace"] == 0, True)
    shows("recovered", told[7], balance_nanocents=5)
    shows("deleted", told[8], name="news")
