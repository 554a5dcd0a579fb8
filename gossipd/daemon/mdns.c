// SPDX-License-Identifier: GPL-2.0
/*
 * The loop's side of mDNS.
 */
#include <errno.h>
#include <stdlib.h>

#include "crypto_sodium.h"
#include "log.h"
#include "mdns.h"
#include "mdns_agent.h"

/* A queue full in one go, then timers and sockets get their turn. */
#define CHANGES_AT_ONCE MDNS_QUEUE_MAX

struct mdns {
	uv_async_t async;
	struct mdns_user user;
	struct mdns_agent *agent;
	struct mdns_hints hints;
	uint64_t displaced;
	uint64_t news;
	bool said;
	bool up;
};

/* Once for each time that it comes or goes, however often the thread tries. */
static void tell(struct mdns *mdns)
{
	struct mdns_state state;

	mdns_queue_state(mdns_agent_queue(mdns->agent), &state);
	if (state.news == mdns->news)
		return;
	mdns->news = state.news;
	if (state.up)
		log_info("mDNS: announced as %s", state.why);
	else if (!mdns->said || mdns->up)
		log_warning("mDNS: %s; it is tried again, and everything else goes on", state.why);
	mdns->said = true;
	mdns->up = state.up;
}

static void on_news(uv_async_t *async)
{
	struct mdns *mdns = async->data;
	struct mdns_change change;
	size_t left = CHANGES_AT_ONCE;
	bool news = false, displaced;

	tell(mdns);
	while (left-- && mdns_queue_take(mdns_agent_queue(mdns->agent), &change)) {
		news |= mdns_hints_apply(&mdns->hints, &change, crypto_sodium_random(NULL),
					 &displaced);
		mdns->displaced += displaced;
	}
	if (news)
		mdns->user.hint(mdns->user.ctx);
}

static void closed(uv_handle_t *handle)
{
	free(handle->data);
}

/**
 * mdns_open() - announce this node, and look for others
 * @out: set
 * @loop: the loop
 * @settings: texts may go when this returns
 * @user: who wants to know; copied
 *
 * Return: 0, -ENOMEM, or -ENOSYS if Avahi's library cannot be loaded: the log has it then.
 */
int mdns_open(struct mdns **out, uv_loop_t *loop, const struct mdns_settings *settings,
	      const struct mdns_user *user)
{
	struct mdns *mdns = calloc(1, sizeof(*mdns));
	const char *why;

	if (!mdns)
		return -ENOMEM;
	mdns->user = *user;
	uv_async_init(loop, &mdns->async, on_news);
	mdns->async.data = mdns;
	mdns->agent = mdns_agent_start(settings, &mdns->async, &why);
	if (!mdns->agent) {
		log_warning("mDNS: %s; everything else goes on", why);
		uv_close((uv_handle_t *)&mdns->async, closed);
		return -ENOSYS;
	}
	*out = mdns;
	return 0;
}

/**
 * mdns_close() - end it; the announcement is taken back
 * @mdns: an open one, or NULL; its memory is given back when the loop has run again
 * @wait_ms: how long to wait for the thread at most
 */
void mdns_close(struct mdns *mdns, unsigned int wait_ms)
{
	if (!mdns)
		return;
	mdns_agent_stop(mdns->agent, wait_ms);
	uv_close((uv_handle_t *)&mdns->async, closed);
}

/**
 * mdns_next() - by turns, where to say hello
 * @mdns: an open one
 *
 * Return: an address, good until the loop runs again; NULL if there is none.
 */
const struct gossip_addr *mdns_next(struct mdns *mdns)
{
	return mdns_hints_next(&mdns->hints);
}

/**
 * mdns_get_status() - how it goes
 * @mdns: an open one
 * @out: set
 */
void mdns_get_status(struct mdns *mdns, struct mdns_status *out)
{
	mdns_queue_state(mdns_agent_queue(mdns->agent), &out->state);
	mdns_queue_counters(mdns_agent_queue(mdns->agent), out->counters);
	out->counters[MDNS_DISPLACED] = mdns->displaced;
	out->hints = mdns->hints.nr;
}
