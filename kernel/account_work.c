// SPDX-License-Identifier: GPL-2.0
/*
 * What the scheduler's part of wallets leaves to workers, through an interrupt, as it may hold an
 * rq lock: to tell of debts, and to look for unused wallets.
 */
#include <linux/irq_work.h>
#include <linux/workqueue.h>

#include "account_table.h"

/* Debts come and go; listeners are told no more often than this. */
#define NEWS_MS 100
/* When wallets get scarce, unused ones are looked for no more often than this. */
#define RECLAIM_MS 100

static void news_fn(struct work_struct *work);
static DECLARE_DELAYED_WORK(news_work, news_fn);

static void news_irq_fn(struct irq_work *work)
{
	queue_delayed_work(system_percpu_wq, &news_work, msecs_to_jiffies(NEWS_MS));
}

static struct irq_work news_irq = IRQ_WORK_INIT_HARD(news_irq_fn);

static void reclaim_fn(struct work_struct *work)
{
	mx_accounts_reclaim();
}

static DECLARE_DELAYED_WORK(reclaim_work, reclaim_fn);

static void reclaim_irq_fn(struct irq_work *work)
{
	queue_delayed_work(system_percpu_wq, &reclaim_work, msecs_to_jiffies(RECLAIM_MS));
}

static struct irq_work reclaim_irq = IRQ_WORK_INIT_HARD(reclaim_irq_fn);

/* Tell of debts that began or ended. */
static void news_fn(struct work_struct *work)
{
	u32 i;

	for (i = 0; i < mx_table.nr; i++) {
		struct mx_account *a = &mx_table.account[i];
		bool in_debt = READ_ONCE(a->in_debt);

		if (in_debt == a->told_debt)
			continue;
		a->told_debt = in_debt;
		if (READ_ONCE(a->used))
			mx_notify_wallet(a->id, in_debt ? MAXWELL_WALLET_EVENT_DEBT :
							  MAXWELL_WALLET_EVENT_RECOVERED);
	}
}

/**
 * mx_account_look_for_debt() - see to it that a debt that began or ended is told of
 * @a: wallet whose balance has changed
 *
 * Context: @a's lock held.
 */
void mx_account_look_for_debt(struct mx_account *a)
{
	bool in_debt = a->w.balance_nanocents < 0;

	if (likely(in_debt == a->in_debt))
		return;
	WRITE_ONCE(a->in_debt, in_debt);
	irq_work_queue(&news_irq);
}

/**
 * mx_accounts_scarce() - look for default wallets that nobody needs, soon
 *
 * Context: any.
 */
void mx_accounts_scarce(void)
{
	irq_work_queue(&reclaim_irq);
}

/**
 * mx_account_work_exit() - wait for the workers, and let them not come back
 *
 * Context: no record is in use, nobody can ask any more.
 */
void mx_account_work_exit(void)
{
	irq_work_sync(&news_irq);
	irq_work_sync(&reclaim_irq);
	cancel_delayed_work_sync(&news_work);
	cancel_delayed_work_sync(&reclaim_work);
}
