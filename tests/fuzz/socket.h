/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The fuzzer's netlink sockets: what was asked through each and not answered yet.
 */
#ifndef FUZZ_SOCKET_H
#define FUZZ_SOCKET_H

#include "message.h"

#define IN_FLIGHT 64
#define GROUPS_MAX 16

/* A request that was sent. */
struct asked {
	uint32_t seq;
	uint32_t target;
	uint8_t sub;
	bool answered;
	bool counts;
	bool well_formed;
	bool dump;
};

struct sock {
	int fd;
	uint32_t seq;
	uint32_t nr_asked;
	bool wordy; /* it asked for the kernel's words */
	bool elsewhere; /* in another network namespace: nothing is ever granted */
	struct asked asked[IN_FLIGHT];
};

struct family {
	uint16_t id;
	uint32_t groups[GROUPS_MAX];
	unsigned int nr_groups;
};

void family_find(struct family *f);
void sock_open(struct ctx *c, struct sock *s, bool elsewhere);
void sock_close(struct ctx *c, struct sock *s);
void sock_tune(struct ctx *c, struct sock *s, const struct family *f);
void sock_asked(struct sock *s, const struct message *m);
void sock_drain(struct ctx *c, struct sock *s, const struct family *f);

#endif /* FUZZ_SOCKET_H */
