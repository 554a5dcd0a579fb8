// SPDX-License-Identifier: GPL-2.0
/*
 * Announcements are judged, queued and kept.
 */
#include <netinet/in.h>
#include <string.h>
#include <strings.h>

#include "mdns_hints.h"
#include "text.h"

const char *const mdns_counter_names[MDNS_COUNTERS] = {
	[MDNS_FOUND] = "found",
	[MDNS_GONE] = "gone",
	[MDNS_OWN] = "own",
	[MDNS_FOREIGN] = "foreign",
	[MDNS_RUBBISH] = "rubbish",
	[MDNS_DROPPED] = "dropped",
	[MDNS_DISPLACED] = "displaced",
};

/* Value of a key, terminated; as of RFC 6763 case does not matter, and the first one counts. */
static bool get(const struct mdns_string *txt, size_t nr, const char *key,
		char value[MDNS_TXT_BYTES_MAX + 1])
{
	size_t at = strlen(key), len, i;

	for (i = 0; i < nr && i < MDNS_TXT_MAX; i++) {
		if (txt[i].len <= at || txt[i].len > MDNS_TXT_BYTES_MAX ||
		    txt[i].bytes[at] != '=' || strncasecmp((const char *)txt[i].bytes, key, at))
			continue;
		len = txt[i].len - at - 1;
		memcpy(value, txt[i].bytes + at + 1, len);
		value[len] = '\0';
		/* What has a zero in it is none of ours. */
		return strlen(value) == len;
	}
	return false;
}

static bool parse_zone(const char *text, uint16_t *zone)
{
	uint32_t value = 0;
	size_t len = strlen(text), i;

	if (!len || len > 5)
		return false;
	for (i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		value = value * 10 + (uint32_t)(text[i] - '0');
	}
	*zone = (uint16_t)value;
	return value <= UINT16_MAX;
}

/* Whether a node of another machine can have it. */
static bool good_addr(const union config_addr *addr)
{
	uint32_t host;

	if (addr->sa.sa_family == AF_INET) {
		host = ntohl(addr->in.sin_addr.s_addr);
		/* 0.0.0.0/8, 127.0.0.0/8, groups and all beyond them. */
		return addr->in.sin_port && host >> 24 && host >> 24 != IN_LOOPBACKNET &&
		       host < INADDR_UNSPEC_GROUP;
	}
	return addr->sa.sa_family == AF_INET6 && addr->in6.sin6_port &&
	       !IN6_IS_ADDR_UNSPECIFIED(&addr->in6.sin6_addr) &&
	       !IN6_IS_ADDR_LOOPBACK(&addr->in6.sin6_addr) &&
	       !IN6_IS_ADDR_MULTICAST(&addr->in6.sin6_addr) &&
	       !IN6_IS_ADDR_V4MAPPED(&addr->in6.sin6_addr) &&
	       (!IN6_IS_ADDR_LINKLOCAL(&addr->in6.sin6_addr) || addr->in6.sin6_scope_id);
}

/**
 * mdns_judge() - whether an announcement is of use
 * @self: this node
 * @zone: its zone
 * @txt: strings of the TXT record
 * @nr: how many
 * @addr: where the service is
 *
 * Return: MDNS_FOUND if it is, MDNS_OWN, MDNS_FOREIGN or MDNS_RUBBISH if it is not.
 */
enum mdns_counter mdns_judge(const struct gw_id *self, uint16_t zone,
			     const struct mdns_string *txt, size_t nr,
			     const union config_addr *addr)
{
	char value[MDNS_TXT_BYTES_MAX + 1];
	struct gw_id id;
	uint16_t its;

	if (!get(txt, nr, "v", value) || strcmp(value, "1"))
		return MDNS_RUBBISH;
	if (!get(txt, nr, "zone", value) || !parse_zone(value, &its))
		return MDNS_RUBBISH;
	if (!get(txt, nr, "id", value) || !id_parse(value, &id))
		return MDNS_RUBBISH;
	if (!memcmp(&id, self, sizeof(id)))
		return MDNS_OWN;
	if (its != zone)
		return MDNS_FOREIGN;
	return good_addr(addr) ? MDNS_FOUND : MDNS_RUBBISH;
}

/* --- the queue --- */

/**
 * mdns_queue_init() - make an empty queue
 * @queue: it
 */
void mdns_queue_init(struct mdns_queue *queue)
{
	memset(queue, 0, sizeof(*queue));
	pthread_mutex_init(&queue->lock, NULL);
}

/**
 * mdns_queue_destroy() - give a queue back
 * @queue: which nobody uses any more
 */
void mdns_queue_destroy(struct mdns_queue *queue)
{
	pthread_mutex_destroy(&queue->lock);
}

/**
 * mdns_queue_put() - tell the loop of a change
 * @queue: where
 * @change: which; counted
 *
 * Return: false if there was no room: it is dropped then.
 */
bool mdns_queue_put(struct mdns_queue *queue, const struct mdns_change *change)
{
	bool room;

	pthread_mutex_lock(&queue->lock);
	room = queue->nr < MDNS_QUEUE_MAX;
	if (room) {
		queue->change[(queue->first + queue->nr++) % MDNS_QUEUE_MAX] = *change;
		queue->counters[change->gone ? MDNS_GONE : MDNS_FOUND]++;
	} else {
		queue->counters[MDNS_DROPPED]++;
	}
	pthread_mutex_unlock(&queue->lock);
	return room;
}

/**
 * mdns_queue_take() - the oldest change
 * @queue: where from
 * @change: set
 *
 * Return: false if there is none.
 */
bool mdns_queue_take(struct mdns_queue *queue, struct mdns_change *change)
{
	bool some;

	pthread_mutex_lock(&queue->lock);
	some = queue->nr;
	if (some) {
		*change = queue->change[queue->first];
		queue->first = (queue->first + 1) % MDNS_QUEUE_MAX;
		queue->nr--;
	}
	pthread_mutex_unlock(&queue->lock);
	return some;
}

/**
 * mdns_queue_count() - one more of a kind
 * @queue: that counts
 * @counter: which
 */
void mdns_queue_count(struct mdns_queue *queue, enum mdns_counter counter)
{
	pthread_mutex_lock(&queue->lock);
	queue->counters[counter]++;
	pthread_mutex_unlock(&queue->lock);
}

/**
 * mdns_queue_counters() - what became of announcements
 * @queue: that counts
 * @counters: set
 */
void mdns_queue_counters(struct mdns_queue *queue, uint64_t counters[MDNS_COUNTERS])
{
	pthread_mutex_lock(&queue->lock);
	memcpy(counters, queue->counters, sizeof(queue->counters));
	pthread_mutex_unlock(&queue->lock);
}

/**
 * mdns_queue_tell() - say how it goes
 * @queue: by which
 * @up: whether the node is announced
 * @why: name that it is announced by, or why it is not
 */
void mdns_queue_tell(struct mdns_queue *queue, bool up, const char *why)
{
	pthread_mutex_lock(&queue->lock);
	if (!queue->news || queue->up != up || strncmp(queue->why, why, MDNS_WHY_LEN - 1)) {
		queue->up = up;
		memset(queue->why, 0, MDNS_WHY_LEN);
		strncpy(queue->why, why, MDNS_WHY_LEN - 1);
		queue->news++;
	}
	pthread_mutex_unlock(&queue->lock);
}

/**
 * mdns_queue_state() - how it goes
 * @queue: by which
 * @out: set
 */
void mdns_queue_state(struct mdns_queue *queue, struct mdns_state *out)
{
	pthread_mutex_lock(&queue->lock);
	out->up = queue->up;
	out->news = queue->news;
	memcpy(out->why, queue->why, MDNS_WHY_LEN);
	pthread_mutex_unlock(&queue->lock);
}

/* --- the table --- */

static bool same(const struct mdns_service *a, const struct mdns_service *b)
{
	return a->interface == b->interface && a->protocol == b->protocol &&
	       !strcmp(a->name, b->name);
}

/**
 * mdns_hints_apply() - take over a change
 * @hints: the table
 * @change: which
 * @dice: at random; where there is no room it says who goes, so that no flood of announcements can
 *	keep all others out for good
 * @displaced: set: somebody had to go
 *
 * Return: whether there is a place more to say hello at.
 */
bool mdns_hints_apply(struct mdns_hints *hints, const struct mdns_change *change, uint64_t dice,
		      bool *displaced)
{
	size_t i;
	bool news;

	*displaced = false;
	for (i = 0; i < hints->nr && !same(&hints->hint[i].service, &change->service); i++)
		;
	if (change->gone) {
		if (i < hints->nr)
			hints->hint[i] = hints->hint[--hints->nr];
		return false;
	}
	if (i == hints->nr && i == MDNS_HINTS_MAX) {
		i = dice % MDNS_HINTS_MAX;
		*displaced = true;
	}
	news = i == hints->nr || *displaced ||
	       memcmp(&hints->hint[i].addr, &change->addr, sizeof(change->addr));
	hints->hint[i] = *change;
	if (i == hints->nr)
		hints->nr++;
	return news;
}

/**
 * mdns_hints_next() - by turns, where to say hello
 * @hints: the table
 *
 * Return: an address, good until the next change; NULL if there is none.
 */
const struct gossip_addr *mdns_hints_next(struct mdns_hints *hints)
{
	if (!hints->nr)
		return NULL;
	hints->next = (hints->next + 1) % hints->nr;
	return &hints->hint[hints->next].addr;
}
