// SPDX-License-Identifier: GPL-2.0
/*
 * What anybody on the link announces: strings of any bytes and length, addresses of any kind, again
 * and again. Of use is only what has this zone and another name and address of a host, and neither
 * the queue nor the table takes more than it has room for.
 */
#include <netinet/in.h>

#include "config_keys.h"
#include "fuzz.h"
#include "mdns_hints.h"

#define ZONE 7
#define ROUNDS 200

static const struct gw_id self = { { 1, 2, 3 } };

/* The beginning of a right one, so that more than one in 2^100 has all of it. */
static const char *const keys[] = { "", "v=1", "zone=", "zone=7", "id=", "ID=",
	"id=01020300-0000-0000-0000-000000000000", "id=01020300-0000-0000-0000-000000000001" };

static void take_address(struct fuzz_input *in, union config_addr *addr)
{
	memset(addr, 0, sizeof(*addr));
	if (fuzz_byte(in) & 1) {
		addr->in.sin_family = AF_INET;
		fuzz_bytes(in, &addr->in.sin_port, 2);
		fuzz_bytes(in, &addr->in.sin_addr, 4);
		return;
	}
	addr->in6.sin6_family = AF_INET6;
	fuzz_bytes(in, &addr->in6.sin6_port, 2);
	fuzz_bytes(in, &addr->in6.sin6_addr, 16);
	addr->in6.sin6_scope_id = fuzz_byte(in) & 1;
}

/* As long as it is and no longer, so that a byte more shows. */
static struct mdns_string take_string(struct fuzz_input *in)
{
	const char *key = keys[fuzz_byte(in) % (sizeof(keys) / sizeof(keys[0]))];
	size_t begin = strlen(key), more = fuzz_byte(in), len;
	uint8_t *bytes;

	more = more < 200 ? 0 : more < in->left ? more : in->left;
	len = begin + more;
	bytes = malloc(len ? len : 1);
	if (!bytes)
		abort();
	memcpy(bytes, key, begin);
	fuzz_bytes(in, bytes + begin, more);
	return (struct mdns_string){ bytes, len };
}

static enum mdns_counter judge(struct fuzz_input *in, union config_addr *addr)
{
	struct mdns_string txt[MDNS_TXT_MAX + 4];
	size_t nr = fuzz_byte(in) % (MDNS_TXT_MAX + 4), i;
	enum mdns_counter what;
	bool named = false;

	take_address(in, addr);
	for (i = 0; i < nr; i++)
		txt[i] = take_string(in);
	what = mdns_judge(&self, ZONE, txt, nr, addr);
	must(what == MDNS_FOUND || what == MDNS_OWN || what == MDNS_FOREIGN ||
	     what == MDNS_RUBBISH);
	for (i = 0; i < nr; i++) {
		named |= txt[i].len > 3 && (txt[i].bytes[0] | 0x20) == 'i';
		free((void *)txt[i].bytes);
	}
	must(what == MDNS_RUBBISH || (nr >= 3 && named));
	if (what == MDNS_FOUND && addr->sa.sa_family == AF_INET)
		must(ntohl(addr->in.sin_addr.s_addr) >> 24 != IN_LOOPBACKNET);
	must(what != MDNS_FOUND || addr->in.sin_port);
	return what;
}

static void play(struct fuzz_input *in, struct mdns_queue *queue, struct mdns_hints *hints)
{
	struct mdns_change change = { 0 };
	const struct gossip_addr *next;
	union config_addr addr;
	bool displaced = false;

	if (judge(in, &addr) == MDNS_FOUND || fuzz_byte(in) & 1) {
		change.gone = fuzz_byte(in) & 1;
		fuzz_bytes(in, change.service.name, 3);
		change.service.interface = fuzz_byte(in) & 3;
		change.addr.len = GW_ADDRESS_IPV4;
		fuzz_bytes(in, change.addr.byte, 2);
		mdns_queue_put(queue, &change);
	}
	must(queue->nr <= MDNS_QUEUE_MAX);
	if (fuzz_byte(in) & 3 || !mdns_queue_take(queue, &change))
		return;
	mdns_hints_apply(hints, &change, fuzz_byte(in), &displaced);
	must(hints->nr <= MDNS_HINTS_MAX);
	next = mdns_hints_next(hints);
	must(!next == !hints->nr);
	must(!next || next->len == GW_ADDRESS_IPV4);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct fuzz_input in = { data, len };
	struct mdns_hints *hints = calloc(1, sizeof(*hints));
	struct mdns_queue queue;
	size_t rounds;

	if (!hints)
		abort();
	mdns_queue_init(&queue);
	for (rounds = 0; in.left && rounds < ROUNDS; rounds++)
		play(&in, &queue, hints);
	mdns_queue_destroy(&queue);
	free(hints);
	return 0;
}
