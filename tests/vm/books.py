#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Looks whether the books of every wallet balance to the nanocent: "maxctl -j wallet list" on stdin.

The sums count modulo 2^64, beyond what jq and the shell can add.
"""

import json
import sys


def unbalanced(wallets):
    """What is wrong, a text for each wallet that is off."""
    found = []
    for wallet in wallets:
        left = wallet["income_nanocents"] + wallet["grants_nanocents"]
        right = (wallet.get("balance_nanocents", 0) + wallet["charged_nanocents"] +
                 wallet["evaporated_nanocents"])
        if (left - right) % 2 ** 64:
            found.append(f"the books of wallet {wallet['name']} are off by {left - right} "
                         f"nanocents: {wallet}")
    return found


def main():
    wallets = json.load(sys.stdin)["wallets"]
    wrong = unbalanced(wallets)
    print("\n".join(f"# {text}" for text in wrong + [f"{len(wallets)} wallets looked at"]))
    return 1 if wrong or not wallets else 0


if __name__ == "__main__":
    sys.exit(main())
