/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What has to outlive the daemon: its incarnation, in a directory of its own. Whoever was declared
 * dead at an incarnation comes back only above it, so a start must be above all that went before,
 * even if the file is lost or torn.
 *
 * The file holds not the incarnation but a number up to which the node may go without asking again.
 * The loop thus waits for a disk only once in %STATE_AHEAD refutations.
 */
#ifndef GOSSIPD_STATE_H
#define GOSSIPD_STATE_H

#include <stdbool.h>
#include <stdint.h>

#define STATE_FILE "incarnation"
#define STATE_LOCK "lock"
#define STATE_AHEAD UINT64_C(1024)
/* Above that a number is none: no node takes an incarnation of 2^63 - 1 or more (gossip.h). */
#define STATE_MAX (UINT64_MAX / 2 - (UINT64_C(1) << 32))

/* Where the incarnation of a start comes from. */
enum state_source {
	STATE_KEPT,	/* from the file */
	STATE_FIRST,	/* there is no file: the first start, or it was lost */
	STATE_CORRUPT,	/* the file makes no sense */
};

/**
 * struct state - an open state directory
 * @dir: descriptor
 * @lock: descriptor of the lock file, as long as the directory is this daemon's
 * @reserved: up to where the next start does not come
 * @source: where the incarnation came from
 */
struct state {
	int dir;
	int lock;
	uint64_t reserved;
	enum state_source source;
};

int state_open(struct state *state, const char *path);
bool state_can_do_without(int err);
void state_close(struct state *state);
int state_start(struct state *state, uint64_t wall_ms, uint64_t *incarnation);
int state_persist(struct state *state, uint64_t incarnation);

#endif /* GOSSIPD_STATE_H */
