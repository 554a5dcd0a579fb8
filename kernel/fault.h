/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Bugs on purpose, for the drill that shows that they are noticed. Only a module built with
 * MAXWELL_FAULTS=1 has them; in any other there is no trace of this.
 */
#ifndef MAXWELL_FAULT_H
#define MAXWELL_FAULT_H

struct mx_task;

#ifdef MAXWELL_FAULTS
void mx_fault_init(void);
void mx_fault_exit(void);
bool mx_fault_loses(const struct mx_task *t);
#else
static inline void mx_fault_init(void)
{
}

static inline void mx_fault_exit(void)
{
}

static inline bool mx_fault_loses(const struct mx_task *t)
{
	return false;
}
#endif

#endif /* MAXWELL_FAULT_H */
