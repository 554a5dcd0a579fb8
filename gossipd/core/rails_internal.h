/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the parts of rails share: rails.c has what happens to them, rails_state.c the states and the
 * ways between them, rails_choose.c which one is sent on.
 */
#ifndef GOSSIP_RAILS_INTERNAL_H
#define GOSSIP_RAILS_INTERNAL_H

#include "rails.h"

#define RAILS_SEC_NS 1000000000ULL

/* Back to a better rail when it has been well for so long. */
#define RAILS_FAILBACK_NS (5 * RAILS_SEC_NS)

/* rails_choose.c */
bool rail_well(const struct rail *rail);
void rails_choose(struct rails *r);

/* rails_state.c */
void rail_enter(struct rails *r, struct rail *rail, enum rail_state state, uint64_t due_ns);
void rail_leave(struct rail *rail);
void rail_shut(struct rail *rail);
void rail_open(struct rails *r, struct rail *rail);
void rail_join(struct rails *r, struct rail *rail);
void rail_forgive(const struct rails *r, struct rail *rail);
void rail_fail(struct rails *r, struct rail *rail, bool all, uint64_t random);
void rail_again(struct rails *r, struct rail *rail);

#endif /* GOSSIP_RAILS_INTERNAL_H */
