# SPDX-License-Identifier: GPL-2.0
"""The line before and behind the record in what the guest says."""

MARKER = "=== infiniband.json"
