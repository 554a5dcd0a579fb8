// SPDX-License-Identifier: GPL-2.0
/*
 * What the core wants done: datagrams, prices, and what is worth telling.
 */
#include <inttypes.h>
#include <string.h>

#include "addr.h"
#include "daemon.h"
#include "log.h"
#include "text.h"

static void on_send(void *ctx, const struct gossip_route *route, const uint8_t *bytes,
		    size_t len)
{
	struct daemon *d = ctx;

	if (route->links & 1 << GOSSIP_LINK_UDP)
		udp_send(d->udp, route->dest, &route->to[GOSSIP_LINK_UDP], bytes, len);
	if (d->link && route->links & 1 << GOSSIP_LINK_IB)
		d->link_ops->send(d->link, route->dest, &route->to[GOSSIP_LINK_IB], route->urgent,
				  bytes, len);
}

static double ratio_of(const struct control_price *price)
{
	return (double)price->multiplier / CONTROL_ONE;
}

/* The kernel first: everything else can wait. */
static void on_price(void *ctx, const struct control_output *price)
{
	struct daemon *d = ctx;
	bool news = price->local.multiplier != d->price.local.multiplier ||
		    price->external.multiplier != d->price.external.multiplier ||
		    price->gpu.multiplier != d->price.gpu.multiplier;

	if (d->feed)
		feed_price(d->feed, price);
	measure_price(&d->measure, uv_hrtime(), price->external.multiplier);
	d->price = *price;
	d->price_ns = uv_hrtime();
	if (d->trace && news)
		fprintf(d->trace, "%" PRIu64 " price %.4f %.4f %.4f\n", d->price_ns,
			ratio_of(&price->local), ratio_of(&price->external), ratio_of(&price->gpu));
}

static void migrate(struct daemon *d, const struct gossip_event *event, const char *node)
{
	struct gossip_member member;
	char address[ADDR_TEXT_LEN] = "";
	struct hook_target target = {
		.node = node,
		.name = daemon_name_of(d, &event->node),
		.address = address,
		.ratio = event->value,
		.price = d->price.total,
	};
	size_t i;

	for (i = 0; i < gossip_nr_members(d->core); i++) {
		gossip_get_member(d->core, i, &member);
		if (!memcmp(&member.id, &event->node, sizeof(member.id)))
			addr_text(&member.addr, address);
	}
	hook_run(&d->hook, &d->config->migrate, &target);
}

/* A line for people; a kind each, so that none crowds out another. */
static void tell(const struct gossip_event *event, const char *who)
{
	switch (event->kind) {
	case GOSSIP_EV_MEMBER:
		log_info("node %s is %s", who, gossip_state_names[event->state]);
		break;
	case GOSSIP_EV_SILENT:
		if (event->on)
			log_info("node %s is silent", who);
		else
			log_info("node %s is heard again", who);
		break;
	case GOSSIP_EV_CRISIS:
		if (event->on)
			log_warning("crisis at node %s", who);
		else
			log_info("the crisis at node %s is over", who);
		break;
	case GOSSIP_EV_SPEAKER:
		log_info(event->on ? "this node speaks for its zone" :
				     "this node no longer speaks for its zone");
		break;
	case GOSSIP_EV_PARTITION:
		if (event->on)
			log_warning("only %.0f %% of the zone's nodes are seen",
				    event->value * 100);
		else
			log_info("enough of the zone's nodes are seen again");
		break;
	case GOSSIP_EV_SUSPECT:
		log_warning("what node %s measures %s", who,
			    event->on ? "contradicts itself" : "makes sense again");
		break;
	case GOSSIP_EV_MIGRATE:
		log_info("work had better move to node %s: %.2f times cheaper", who,
			 event->value);
		break;
	case GOSSIP_EV_STALL:
		log_warning("stood still for %.3f s", event->value);
		break;
	case GOSSIP_EV_KEY:
		log_warning("node %s seals with a key of the zone that is not known here", who);
		break;
	case GOSSIP_EV_REFUTE:
		log_info("node %s had said that this one is dead, which was refuted", who);
		break;
	}
}

static void on_event(void *ctx, const struct gossip_event *event)
{
	struct daemon *d = ctx;
	char node[ID_TEXT_LEN], who[DAEMON_WHO_LEN];

	if (event->kind == GOSSIP_EV_CRISIS && event->on &&
	    memcmp(&event->node, &d->config->gossip.self, sizeof(event->node)))
		measure_crisis(&d->measure, uv_hrtime(), d->price.external.multiplier);
	id_text(&event->node, node);
	if (d->trace)
		fprintf(d->trace, "%" PRIu64 " %s %s %s %d %.4f\n", uv_hrtime(),
			gossip_event_names[event->kind], node, gossip_state_names[event->state],
			event->on, event->value);
	tell(event, daemon_who(d, &event->node, who));
	if (d->http)
		http_event(d->http, event);
	if (event->kind == GOSSIP_EV_MIGRATE && event->on)
		migrate(d, event, node);
}

static void on_persist(void *ctx, uint64_t incarnation)
{
	struct daemon *d = ctx;
	int err = state_persist(&d->state, incarnation);

	if (err)
		log_error("cannot keep the incarnation in %s: %s", d->config->node.state_dir,
			  strerror(-err));
}

/* What the core does to the world; context and cryptography are filled in for each daemon. */
const struct gossip_env daemon_env = {
	.random = crypto_sodium_random,
	.send = on_send,
	.price = on_price,
	.event = on_event,
	.persist = on_persist,
};
