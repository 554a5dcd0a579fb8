// SPDX-License-Identifier: GPL-2.0
/*
 * What has come of a simulated machine: CPU time, money, and whether the books balance.
 */
#include "market.h"

/* CPU time that the tasks of a wallet had. */
u64 market_ran_ns(const struct market *m, const struct mx_wallet *w)
{
	u64 ran_ns = 0;
	u32 i;

	for (i = 0; i < m->nr_tasks; i++)
		if (m->task[i].wallet == w)
			ran_ns += m->task[i].ran_ns;
	return ran_ns;
}

/* What they paid for it, nanocents. */
u64 market_paid(const struct market *m, const struct mx_wallet *w)
{
	u64 paid = 0;
	u32 i;

	for (i = 0; i < m->nr_tasks; i++)
		if (m->task[i].wallet == w)
			paid += m->task[i].paid;
	return paid;
}

/* Whether all wallets' books balance, and hold what tasks paid but for what they owe. */
bool market_balanced(const struct market *m)
{
	u32 i, k;

	for (i = 0; i < m->nr_wallets; i++) {
		const struct mx_wallet *w = &m->wallet[i];
		u64 owed = 0;

		for (k = 0; k < m->nr_tasks; k++)
			if (m->task[k].wallet == w)
				owed += m->task[k].owed;
		if (!mx_wallet_balanced(w) || market_paid(m, w) != w->charged_nanocents + owed)
			return false;
	}
	return true;
}
