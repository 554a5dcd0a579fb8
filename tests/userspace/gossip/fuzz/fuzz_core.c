// SPDX-License-Identifier: GPL-2.0
/*
 * A whole core among six peers that send it anything: an input is a list of calls, with time that
 * goes on by steps of all sizes. Tags are right unless the input says otherwise, signatures half of
 * the time; the names in records are mostly those of the peers, as nothing would come of others.
 *
 * What must hold: no more members than there is room for, nothing longer than a datagram, nothing
 * sent that cannot be opened or read, a price that is one, a next step that is not in the past, and
 * not more bytes than the token bucket has.
 */
#include <math.h>

#include "fuzz.h"
#include "gossip.h"

#define PEERS 6
#define SELF PEERS
#define MEMBERS_MAX 8
#define MS 1000000ULL
#define CALLS_MAX 400
/* Steps of the core that one passing of time may take. */
#define STEPS_MAX 64
#define BUDGET_BYTES_PER_S 2000
#define BURST_BYTES 5000

struct play {
	struct fuzz_input in;
	struct gossip *g;
	struct gossip_config config;
	struct gossip_env env;
	struct seal_sender peer[PEERS];
	struct seal_keyring keys;
	uint64_t now_ns, start_ns;
	uint64_t due_ns;
	uint8_t links;
	uint64_t random;
	uint64_t sent_bytes;
	uint64_t persisted;
	uint8_t last[GW_DATAGRAM_MAX];
	size_t last_len;
};

/* --- cryptography that costs nothing: the tag is a sum, a signature is right if it is even --- */

static uint8_t sum_of(const uint8_t *bytes, size_t len)
{
	uint8_t sum = 1;

	while (len--)
		sum = (uint8_t)(sum * 31 + *bytes++);
	return sum;
}

static void fake_seal(void *ctx, const uint8_t *key, const uint8_t *nonce, const uint8_t *ad,
		      size_t ad_len, uint8_t *bytes, size_t len)
{
	(void)ctx;
	(void)nonce;
	memset(bytes + len, 0, GW_TAG_BYTES);
	bytes[len] = sum_of(bytes, len);
	bytes[len + 1] = sum_of(ad, ad_len);
	bytes[len + 2] = key[0];
}

static bool fake_open(void *ctx, const uint8_t *key, const uint8_t *nonce, const uint8_t *ad,
		      size_t ad_len, uint8_t *bytes, size_t len)
{
	(void)ctx;
	(void)nonce;
	return bytes[len] == sum_of(bytes, len) && bytes[len + 1] == sum_of(ad, ad_len) &&
	       bytes[len + 2] == key[0];
}

static void fake_sign(void *ctx, const uint8_t *bytes, size_t len, struct gw_sig *signature)
{
	(void)ctx;
	memset(signature, sum_of(bytes, len) & 0xfe, sizeof(*signature));
}

static bool fake_verify(void *ctx, const struct gw_key *key, const uint8_t *bytes, size_t len,
			const struct gw_sig *signature)
{
	(void)ctx;
	(void)key;
	(void)bytes;
	(void)len;
	return !(signature->byte[0] & 1);
}

static const struct gossip_crypto crypto = {
	.seal = fake_seal, .open = fake_open, .sign = fake_sign, .verify = fake_verify,
};

/* --- the world --- */

static uint64_t random_of(void *ctx)
{
	struct play *p = ctx;

	p->random ^= p->random << 13;
	p->random ^= p->random >> 7;
	p->random ^= p->random << 17;
	return p->random;
}

static void sent(void *ctx, const struct gossip_route *route, const uint8_t *bytes,
		 size_t len)
{
	struct play *p = ctx;
	uint8_t copy[GW_DATAGRAM_MAX];
	struct gw_header header;
	struct gw_record record;
	int left, size;
	uint8_t *at = copy + GW_HEADER_BYTES;

	/* By what is up, and in need by UDP. */
	must(len <= GW_DATAGRAM_MAX && route->links);
	must(route->links == 1 << GOSSIP_LINK_UDP || !(route->links & ~p->links));
	must(route->dest == GOSSIP_MULTICAST || route->to[0].len <= GOSSIP_ADDR_BYTES);
	memcpy(copy, bytes, len);
	left = seal_open(&crypto, &p->keys, copy, len, &header);
	must(left >= 0 && !memcmp(&header.node, &p->config.self, sizeof(header.node)));
	for (; left > 0; left -= size, at += size) {
		size = gw_get(at, left, &record);
		must(size > 0 && gw_size(record.type) == (size_t)size);
	}
	p->sent_bytes += len;
	memcpy(p->last, bytes, len);
	p->last_len = len;
}

static void priced(void *ctx, const struct control_output *price)
{
	(void)ctx;
	must(isfinite(price->total) && price->total >= 1);
	must(price->local.multiplier >= CONTROL_ONE && price->external.multiplier >= CONTROL_ONE);
	must(price->gpu.multiplier >= CONTROL_ONE);
}

static void persisted(void *ctx, uint64_t incarnation)
{
	struct play *p = ctx;

	must(incarnation > p->persisted);
	p->persisted = incarnation;
}

static void event(void *ctx, const struct gossip_event *what)
{
	(void)ctx;
	must(what->kind <= GOSSIP_EV_REFUTE && what->state < GOSSIP_STATES);
}

static struct gw_id name_of(uint8_t number)
{
	struct gw_id id = { .byte = { 1, [15] = number } };

	return id;
}

/* --- records --- */

/* Bytes as they come, but for what would only be refused. */
static void mend(struct gw_record *record, const struct gw_field *field, uint8_t *member)
{
	size_t len = strlen(field->name);

	if (field->size == sizeof(struct gw_id) && member[0] < 0xf0) {
		struct gw_id id = name_of(member[0] % (SELF + 3));

		memcpy(member, &id, sizeof(id));
	} else if (len > 4 && !strcmp(field->name + len - 4, "_pct") && member[0] > 100) {
		member[0] = strcmp(field->name, "suspicion_pct") ? GW_PCT_UNKNOWN : 100;
	} else if (!strcmp(field->name, "verdict")) {
		member[0] = GW_ALIVE + member[0] % (GW_VERDICTS - 1);
	} else if (!strcmp(field->name, "kind")) {
		record->probe.kind = GW_PING + record->probe.kind % (GW_PROBE_KINDS - 1);
	} else if (!strcmp(field->name, "incarnation") && !(member[7] & 0x40)) {
		/* Near to those that are in use. */
		memset(member + 1, 0, 7);
	}
}

static size_t put_record(struct play *p, uint8_t *out, size_t room)
{
	struct gw_record record = { .type = (uint8_t)(GW_BEACON + fuzz_byte(&p->in) % 7) };
	size_t nr, i;
	const struct gw_field *field = gw_fields(record.type, &nr);
	int size;

	for (i = 0; i < nr; i++) {
		uint8_t *member = (uint8_t *)&record + field[i].offset;

		fuzz_bytes(&p->in, member, field[i].size);
		mend(&record, &field[i], member);
	}
	size = gw_put(&record, out, room);
	return size > 0 ? (size_t)size : 0;
}

static struct gossip_addr addr_of(uint8_t number)
{
	struct gossip_addr addr = { .len = 6, .byte = { 10, 0, 0, number } };

	if (number & 0x80) {
		addr.link = GOSSIP_LINK_IB;
		addr.group = number & 0x40;
	}
	return addr;
}

static void receive(struct play *p, uint8_t from, const uint8_t *bytes, size_t len)
{
	struct gossip_addr addr = addr_of(from);
	uint8_t *exact = malloc(len ? len : 1);

	if (!exact)
		return;
	if (len)
		memcpy(exact, bytes, len);
	gossip_receive(p->g, p->now_ns, &addr, exact, len);
	free(exact);
}

/* --- calls --- */

static void check(struct play *p)
{
	struct gossip_member member;
	struct gossip_zone zone;
	struct gossip_self self;
	double seconds = (double)(p->now_ns - p->start_ns) / 1e9;
	size_t i;

	gossip_get_self(p->g, &self);
	must(gossip_nr_members(p->g) <= MEMBERS_MAX);
	for (i = 0; i < gossip_nr_members(p->g); i++) {
		gossip_get_member(p->g, i, &member);
		must(member.state < GOSSIP_STATES && member.addr.len <= GOSSIP_ADDR_BYTES);
		must(member.weight >= 0 && member.weight <= 1);
		must(member.coupling >= 0 && member.coupling <= 1);
	}
	for (i = 0; i < gossip_nr_zones(p->g); i++)
		gossip_get_zone(p->g, i, &zone);
	must((double)p->sent_bytes <= BURST_BYTES + seconds * BUDGET_BYTES_PER_S + GW_DATAGRAM_MAX);
}

static void pass_time(struct play *p)
{
	uint8_t how = fuzz_byte(&p->in);
	uint64_t until = p->now_ns + (MS << how % 16) / 16 + how * 1000ULL;
	int steps;

	for (steps = 0; p->due_ns <= until && steps < STEPS_MAX; steps++) {
		p->now_ns = p->due_ns > p->now_ns ? p->due_ns : p->now_ns;
		p->due_ns = gossip_step(p->g, p->now_ns);
		must(p->due_ns > p->now_ns);
	}
	/* What is left undone is a daemon that stalled. */
	p->now_ns = until > p->now_ns ? until : p->now_ns;
}

static void peer_sends(struct play *p)
{
	uint8_t who = fuzz_byte(&p->in), records = fuzz_byte(&p->in) % 20;
	struct seal_sender *peer = &p->peer[who % PEERS];
	uint8_t bytes[GW_DATAGRAM_MAX];
	size_t len = 0;
	int total;

	while (records-- && p->in.left)
		len += put_record(p, bytes + GW_HEADER_BYTES + len, GW_RECORDS_MAX - len);
	total = seal_datagram(&crypto, &p->keys, peer, bytes, len);
	must(total > 0);
	if (who & 0x80)
		bytes[fuzz_byte(&p->in) * 4 % total] ^= who;
	receive(p, who % PEERS, bytes, (size_t)total);
	memcpy(p->last, bytes, (size_t)total);
	p->last_len = (size_t)total;
}

/* Whatever is behind the header, with a right tag. */
static void anything(struct play *p)
{
	uint8_t who = fuzz_byte(&p->in), bytes[GW_DATAGRAM_MAX];
	size_t len = fuzz_byte(&p->in) * 4UL;
	int total;

	if (who & 0x80) {
		len = fuzz_bytes(&p->in, bytes, len);
		receive(p, who, bytes, len);
		return;
	}
	fuzz_bytes(&p->in, bytes + GW_HEADER_BYTES, len);
	total = seal_datagram(&crypto, &p->keys, &p->peer[who % PEERS], bytes, len);
	must(total > 0);
	receive(p, who % PEERS, bytes, (size_t)total);
}

static double reading(struct play *p)
{
	int16_t tenths;

	fuzz_bytes(&p->in, &tenths, sizeof(tenths));
	return tenths == -1 ? NAN : tenths / 10.0;
}

static void sample(struct play *p)
{
	struct gossip_sample s = {
		.temp_c = reading(p), .limit_c = reading(p), .quantum_c = 1,
		.age_s = fuzz_byte(&p->in) / 16.0, .suspicion = fuzz_byte(&p->in) / 255.0,
		.inlet_c = reading(p), .power_w = reading(p), .power_max_w = reading(p),
		.gpu_margin_c = reading(p), .fan = fuzz_byte(&p->in) / 255.0,
	};

	gossip_sample(p->g, p->now_ns, &s);
}

static void demand(struct play *p)
{
	struct control_demand steps[8];
	size_t nr = fuzz_byte(&p->in) % 9, i;

	for (i = 0; i < nr; i++)
		steps[i] = (struct control_demand) {
			.price = (uint32_t)i * 10 + 1, .cpus = fuzz_byte(&p->in) / 4.0,
		};
	gossip_demand(p->g, p->now_ns, steps, nr, fuzz_byte(&p->in));
}

/* Another life, with other salt: of a peer that restarts. */
static void restart(struct play *p)
{
	struct seal_sender *peer = &p->peer[fuzz_byte(&p->in) % PEERS];

	peer->incarnation += fuzz_byte(&p->in);
	peer->salt++;
	peer->counter = fuzz_byte(&p->in);
}

/* New settings: a next key, a rotation, other numbers. */
static void reconfigure(struct play *p)
{
	uint8_t how = fuzz_byte(&p->in), key[SEAL_KEY_BYTES];
	struct seal_keyring before = p->keys;

	memset(key, how, sizeof(key));
	if (how & 1)
		seal_key_set(&p->keys, SEAL_NEXT, how, key);
	else
		seal_rotate(&p->keys);
	p->config.keys = p->keys;
	p->config.fanout = how % 8;
	if (gossip_reconfigure(p->g, &p->config, p->now_ns)) {
		p->keys = before;
		p->config.keys = before;
	}
}

static void change_link(struct play *p)
{
	uint8_t how = fuzz_byte(&p->in), bit = 1 << how % GOSSIP_LINKS;

	if (how & 0x80)
		p->links |= bit;
	else
		p->links &= ~bit;
	gossip_link(p->g, p->now_ns, how % GOSSIP_LINKS, how & 0x80);
}

static bool call(struct play *p)
{
	struct gossip_addr addr;

	switch (fuzz_byte(&p->in) % 11) {
	case 0:
		pass_time(p);
		break;
	case 1:
		p->due_ns = gossip_step(p->g, p->now_ns);
		break;
	case 2:
		peer_sends(p);
		break;
	case 3:
		sample(p);
		break;
	case 4:
		addr = addr_of(fuzz_byte(&p->in));
		gossip_contact(p->g, p->now_ns, &addr);
		break;
	case 5:
		receive(p, fuzz_byte(&p->in), p->last, p->last_len);
		break;
	case 6:
		anything(p);
		break;
	case 7:
		demand(p);
		break;
	case 8:
		restart(p);
		break;
	case 9:
		change_link(p);
		break;
	default:
		reconfigure(p);
	}
	return p->in.left;
}

static void begin(struct play *p)
{
	static const uint8_t key[SEAL_KEY_BYTES] = { 9 };
	uint8_t i;

	p->random = 88172645463325252ULL;
	p->start_ns = 1000 * MS;
	p->now_ns = p->start_ns;
	seal_key_set(&p->keys, SEAL_CURRENT, 1, key);
	gossip_defaults(&p->config);
	p->links = 1 << GOSSIP_LINK_UDP;
	p->config.self = name_of(SELF);
	p->config.zone = 7;
	p->config.incarnation = 1;
	p->config.keys = p->keys;
	p->config.members_max = MEMBERS_MAX;
	p->config.budget_bytes_per_s = BUDGET_BYTES_PER_S;
	p->config.burst_bytes = BURST_BYTES;
	p->env = (struct gossip_env) {
		.ctx = p, .random = random_of, .send = sent, .price = priced, .event = event,
		.persist = persisted, .crypto = &crypto,
	};
	for (i = 0; i < PEERS; i++)
		p->peer[i] = (struct seal_sender) {
			.node = name_of(i), .zone = (uint16_t)(i < PEERS - 1 ? 7 : 8),
			.incarnation = 1, .salt = i,
		};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct play play;
	int calls = 0;

	memset(&play, 0, sizeof(play));
	play.in = (struct fuzz_input) { .at = data, .left = len };
	begin(&play);
	play.g = gossip_create(&play.config, &play.env, play.now_ns);
	must(play.g);
	while (calls++ < CALLS_MAX && call(&play))
		;
	check(&play);
	if (len & 1)
		gossip_leave(play.g, play.now_ns);
	check(&play);
	gossip_destroy(play.g);
	return 0;
}
