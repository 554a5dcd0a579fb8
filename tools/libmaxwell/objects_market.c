// SPDX-License-Identifier: GPL-2.0
/*
 * The attributes of wallets and GPUs, as tables; see objects.c.
 */
#include "fields.h"

const char *const mxw_wallet_kinds[] = { "default", "named", "common", NULL };
const char *const mxw_wallet_sources[] = { "user", "cgroup", "task", NULL };
const char *const mxw_wallet_events[] = {
	"made", "changed", "funded", "deleted", "debt", "recovered", NULL,
};

static const struct mxw_field wallet_fields[] = {
	FIELD(wallet, id, WALLET_ID, U32, "id"),
	FIELD_TEXT(wallet, name, WALLET_NAME, "name", "name", MXW_WALLET_NAME_LEN),
	FIELD_ENUM(wallet, kind, WALLET_KIND, "kind", mxw_wallet_kinds),
	FIELD(wallet, uid, WALLET_UID, U32, "uid"),
	FIELD(wallet, unlimited, WALLET_UNLIMITED, FLAG, "unlimited"),
	FIELD_AS(wallet, income, WALLET_INCOME, U32, "income", "income_cents_per_s"),
	FIELD(wallet, cap_nanocents, WALLET_CAP_NANOCENTS, UINT, "cap-nanocents"),
	FIELD(wallet, half_life_ms, WALLET_HALF_LIFE_MS, U32, "half-life-ms"),
	FIELD(wallet, amount_nanocents, WALLET_AMOUNT_NANOCENTS, UINT, "amount-nanocents"),
	FIELD(wallet, to_uid, WALLET_TO_UID, U32, "to-uid"),
	FIELD(wallet, to_pid, WALLET_TO_PID, U32, "to-pid"),
	FIELD(wallet, to_cgroup, WALLET_TO_CGROUP, UINT, "to-cgroup"),
	FIELD(wallet, balance_nanocents, WALLET_BALANCE_NANOCENTS, SINT, "balance-nanocents"),
	FIELD(wallet, income_nanocents, WALLET_INCOME_NANOCENTS, UINT, "income-nanocents"),
	FIELD(wallet, grants_nanocents, WALLET_GRANTS_NANOCENTS, UINT, "grants-nanocents"),
	FIELD(wallet, charged_nanocents, WALLET_CHARGED_NANOCENTS, UINT, "charged-nanocents"),
	FIELD(wallet, evaporated_nanocents, WALLET_EVAPORATED_NANOCENTS, UINT,
	      "evaporated-nanocents"),
	FIELD_Q16(wallet, pace, WALLET_PACE, U32, "pace", "pace"),
	FIELD(wallet, nr_tasks, WALLET_NR_TASKS, U32, "nr-tasks"),
	FIELD_ENUM(wallet, event, WALLET_EVENT, "event", mxw_wallet_events),
};

OBJECT(wallet, WALLET);

static const struct mxw_field gpu_fields[] = {
	FIELD(gpu, gpu, GPU_GPU, U32, "gpu"),
	FIELD(gpu, holder_pid, GPU_HOLDER_PID, U32, "holder-pid"),
	FIELD_AS(gpu, price, GPU_PRICE, U32, "price", "price_cents_per_s"),
	FIELD(gpu, lease_left_ms, GPU_LEASE_LEFT_MS, U32, "lease-left-ms"),
	FIELD_AS(gpu, reserve, GPU_RESERVE, U32, "reserve", "reserve_cents_per_s"),
	FIELD(gpu, queued, GPU_QUEUED, U32, "queued"),
	FIELD_AS(gpu, best_bid, GPU_BEST_BID, U32, "best-bid", "best_bid_cents_per_s"),
	FIELD(gpu, busy_permille, GPU_BUSY_PERMILLE, U32, "busy-permille"),
	FIELD(gpu, auctions, GPU_AUCTIONS, UINT, "auctions"),
	FIELD(gpu, leased_ns, GPU_LEASED_NS, UINT, "leased-ns"),
	FIELD(gpu, overstayed, GPU_OVERSTAYED, UINT, "overstayed"),
	FIELD(gpu, abandoned, GPU_ABANDONED, UINT, "abandoned"),
	FIELD(gpu, charged_nanocents, GPU_CHARGED_NANOCENTS, UINT, "charged-nanocents"),
};

OBJECT(gpu, GPU);
