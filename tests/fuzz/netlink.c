// SPDX-License-Identifier: GPL-2.0
/*
 * A worker that sends netlink messages, one at a time or in batches, through several sockets.
 */
#include <string.h>
#include <sys/socket.h>

#include "socket.h"

#define SOCKETS 6
#define BATCH_MAX 48
#define BATCH_BYTES 65536

const char *netlink_sub_name(unsigned int sub)
{
	if (sub < grammar_nr_cmds)
		return grammar_cmds[sub].name;
	return sub == grammar_nr_cmds ? "(no command)" : "(notifications)";
}

static void send_messages(struct ctx *c, struct sock *s, const struct family *f)
{
	static _Alignas(8) unsigned char batch[BATCH_BYTES];
	static struct message m;
	struct rng *r = &c->rng;
	uint32_t nr = one_in(r, 3) ? 1 + below(r, BATCH_MAX) : 1, i;
	size_t len = 0;

	if (s->nr_asked + nr > IN_FLIGHT)
		sock_drain(c, s, f);
	for (i = 0; i < nr && len + MESSAGE_BYTES < sizeof(batch); i++) {
		make_message(c, &m, f->id, ++s->seq, i + 1 == nr);
		memcpy(batch + len, m.data, m.len);
		memset(batch + len + m.len, 0, 4);
		len += (m.len + 3) & ~3U;
		sock_asked(s, &m);
	}
	remember(c, nr == 1 ? netlink_sub_name(m.sub) : "batch", batch, len);
	send(s->fd, batch, len, MSG_DONTWAIT);
	atomic_fetch_add(&c->w->messages, i);
}

void netlink_worker(struct ctx *c)
{
	struct sock socks[SOCKETS];
	struct family f;
	int i;

	family_find(&f);
	rng_seed(&c->rng, shared->seed, c->w - shared->worker, UINT64_MAX);
	for (i = 0; i < SOCKETS; i++)
		sock_open(c, &socks[i], !i && c->w->privileged);
	while (next_op(c)) {
		struct rng *r = &c->rng;
		struct sock *s = &socks[one_in(r, 40) ? 0 : 1 + below(r, SOCKETS - 1)];

		switch (below(r, 100)) {
		case 0:
		case 1:
			if (s->elsewhere)
				break;
			sock_close(c, s);
			sock_open(c, s, false);
			break;
		case 2:
		case 3:
			sock_tune(c, s, &f);
			break;
		case 4:
		case 5:
			/* Left in the queue, a dump is left half done. */
			send_messages(c, s, &f);
			break;
		default:
			send_messages(c, s, &f);
			sock_drain(c, s, &f);
		}
	}
	for (i = 0; i < SOCKETS; i++)
		sock_close(c, &socks[i]);
}
