// SPDX-License-Identifier: GPL-2.0
/*
 * Who draws on which wallet, on request of root: grants to users, cgroups and tasks.
 *
 * Takes mx_wallet_mutex; inside it map_lock or mx_cpu::lock, one at a time. May sleep.
 */
#include <linux/netlink.h>

#include "account_table.h"

/* A user goes back to the own wallet, if there is one yet; map_lock held. */
static void ungrant(struct mx_mapping *m)
{
	struct mx_account *own = m->cgroup ? NULL : mx_account_default(m->uid);

	m->account = own;
	m->granted = false;
	if (!own)
		mx_mapping_del(m);
}

/**
 * mx_account_forget_grants() - take back all grants of a wallet that is being deleted
 * @a: wallet; mx_wallet_mutex held
 */
void mx_account_forget_grants(struct mx_account *a)
{
	unsigned long flags;
	u32 i;

	for (i = 0; i < mx_table.nr; i++) {
		struct mx_mapping *m = &mx_table.mapping[i];

		raw_spin_lock_irqsave(&mx_table.map_lock, flags);
		if (m->account == a)
			ungrant(m);
		raw_spin_unlock_irqrestore(&mx_table.map_lock, flags);
	}
}

/* The mapping that @to names; map_lock held. */
static struct mx_mapping *mapping_of(const struct mx_grant *to)
{
	return to->to_cgroup ? mx_mapping_of_cgroup(to->to_cgroup) : mx_mapping_of_user(to->to_uid);
}

/**
 * mx_account_grant() - let a user or a cgroup draw on a wallet
 * @id: its number
 * @to: who
 * @extack: told why not
 *
 * Instead of what it drew on before. A user's default wallet is kept for a later revocation.
 *
 * Return: 0, -ENOENT, or -ENOSPC.
 */
int mx_account_grant(u32 id, const struct mx_grant *to, struct netlink_ext_ack *extack)
{
	struct mx_account *a;
	struct mx_mapping *m;
	unsigned long flags;
	int ret = 0;

	mutex_lock(&mx_wallet_mutex);
	a = mx_account_lookup(id, extack);
	if (!a) {
		ret = -ENOENT;
		goto out;
	}
	raw_spin_lock_irqsave(&mx_table.map_lock, flags);
	m = mapping_of(to);
	if (m) {
		m->account = a;
		m->granted = true;
	} else if (!mx_mapping_add(a, to->to_cgroup, to->to_uid, true)) {
		ret = -ENOSPC;
	}
	a->granted = true;
	mx_table.epoch++;
	raw_spin_unlock_irqrestore(&mx_table.map_lock, flags);
	if (ret) {
		NL_SET_ERR_MSG_FMT(extack, "there is no room for more than %u grants",
				   mx_table.nr);
		goto out;
	}
	mx_tasks_redraw(NULL);
	mx_notify_wallet(id, MAXWELL_WALLET_EVENT_CHANGED);
out:
	mutex_unlock(&mx_wallet_mutex);
	return ret;
}

/**
 * mx_account_revoke() - take a grant back
 * @to: from whom
 * @extack: told why not
 *
 * Return: 0, or -ENOENT if nothing is granted to it.
 */
int mx_account_revoke(const struct mx_grant *to, struct netlink_ext_ack *extack)
{
	struct mx_mapping *m;
	unsigned long flags;
	u32 id = 0;

	mutex_lock(&mx_wallet_mutex);
	raw_spin_lock_irqsave(&mx_table.map_lock, flags);
	m = mapping_of(to);
	if (m && m->granted) {
		id = m->account->id;
		ungrant(m);
		mx_table.epoch++;
	}
	raw_spin_unlock_irqrestore(&mx_table.map_lock, flags);
	if (id) {
		mx_tasks_redraw(NULL);
		mx_notify_wallet(id, MAXWELL_WALLET_EVENT_CHANGED);
	} else {
		NL_SET_ERR_MSG(extack, "no wallet is granted to it");
	}
	mutex_unlock(&mx_wallet_mutex);
	return id ? 0 : -ENOENT;
}

/**
 * mx_account_give() - let a task draw on a wallet, and those that it forks from then on
 * @id: number of the wallet; 0 for what its cgroup or user says
 * @p: the task, kept from going away by the caller
 * @extack: told why not
 *
 * Return: 0, -ENOENT, or -ESRCH if the task is not under the class.
 */
int mx_account_give(u32 id, struct task_struct *p, struct netlink_ext_ack *extack)
{
	struct mx_account *a = NULL;
	int ret = 0;

	mutex_lock(&mx_wallet_mutex);
	if (id) {
		a = mx_account_lookup(id, extack);
		if (!a)
			ret = -ENOENT;
	}
	if (!ret && !mx_task_redraw(p, a)) {
		NL_SET_ERR_MSG(extack, "the thread is not under the class");
		ret = -ESRCH;
	}
	mutex_unlock(&mx_wallet_mutex);
	return ret;
}
