// SPDX-License-Identifier: GPL-2.0
/*
 * Bugs on purpose, to see that the campaign finds them. The shipped objects stay as they are: the
 * linker's --wrap puts these functions between one object and another, and they pass the call on
 * unless their bug is asked for. Others are where the simulator has its hands in any case: crypto.c
 * (tags), node.c (readings, dice, tunables).
 *
 * It counts allocations in the same way: the core may not make any once it is created.
 */
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "sim.h"

enum sim_canary sim_canary;
const struct sim_node *sim_inside;
uint64_t sim_allocations;

const char *const sim_canary_names[SIM_CANARIES] = {
	[SIM_CANARY_NONE] = "none", [SIM_CANARY_REPLAY] = "replay", [SIM_CANARY_TAG] = "tag",
	[SIM_CANARY_REFUTE] = "refute", [SIM_CANARY_COLD] = "cold",
	[SIM_CANARY_DICE] = "dice", [SIM_CANARY_LINK] = "link", [SIM_CANARY_HUNT] = "hunt",
};

bool __real_seal_fresh(const struct seal_window *window, const struct gw_header *header);
bool __wrap_seal_fresh(const struct seal_window *window, const struct gw_header *header);
void __real_claim_receive(struct gossip *g, struct member *from, const struct gw_claim *c);
void __wrap_claim_receive(struct gossip *g, struct member *from, const struct gw_claim *c);
void __real_probe_accused(struct gossip *g, struct member *m);
void __wrap_probe_accused(struct gossip *g, struct member *m);
void __real_links_route_all(struct gossip *g, bool must, struct gossip_route *route);
void __wrap_links_route_all(struct gossip *g, bool must, struct gossip_route *route);
void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__real_calloc(size_t nr, size_t size);
void *__wrap_calloc(size_t nr, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_realloc(void *old, size_t size);

bool __wrap_seal_fresh(const struct seal_window *window, const struct gw_header *header)
{
	return sim_canary == SIM_CANARY_REPLAY || __real_seal_fresh(window, header);
}

void __wrap_claim_receive(struct gossip *g, struct member *from, const struct gw_claim *c)
{
	if (sim_canary == SIM_CANARY_REFUTE && sim_inside &&
	    !memcmp(&c->subject, &sim_inside->id, sizeof(c->subject)))
		return;
	__real_claim_receive(g, from, c);
}

/* Who does not refute is asked once more, and an answer to that is as good: that goes as well. */
void __wrap_probe_accused(struct gossip *g, struct member *m)
{
	if (sim_canary != SIM_CANARY_REFUTE)
		__real_probe_accused(g, m);
}

void __wrap_links_route_all(struct gossip *g, bool must, struct gossip_route *route)
{
	__real_links_route_all(g, must, route);
	if (sim_canary == SIM_CANARY_LINK && (route->links & 1 << GOSSIP_LINK_IB))
		route->links = 1 << GOSSIP_LINK_IB;
}

/**
 * sim_canary_control() - tunables of the controller
 *
 * Return: NULL: the defaults; or some that shed all of the load for two degrees, at once and
 *	with no regard to how late that has its effect, for a bug on purpose.
 */
const struct control_params *sim_canary_control(void)
{
	static struct control_params hasty;

	if (sim_canary != SIM_CANARY_HUNT)
		return NULL;
	hasty = control_defaults;
	hasty.gain_per_c = 0.5;
	hasty.integral_s = 1;
	hasty.dead_band_c = 0.2;
	hasty.lag_s = 0;
	hasty.filter_s = 0.05;
	hasty.trend_s = 0.1;
	hasty.external_release_s = 0.1;
	hasty.release_ratio = 1;
	hasty.slew_s = 0.1;
	hasty.release_s = 1;
	hasty.actuation_delay_s = 0.01;
	return &hasty;
}

/* What the simulator allocates in the core's calls out does not count, see outside() in node.c. */
static void count(void)
{
	if (sim_inside)
		sim_allocations++;
}

void *__wrap_malloc(size_t size)
{
	count();
	return __real_malloc(size);
}

void *__wrap_calloc(size_t nr, size_t size)
{
	count();
	return __real_calloc(nr, size);
}

void *__wrap_realloc(void *old, size_t size)
{
	count();
	return __real_realloc(old, size);
}
