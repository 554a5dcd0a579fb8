// SPDX-License-Identifier: GPL-2.0
/*
 * What has to hold, looked at from outside and, for buffers, from inside of the plug-in.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "world.h"

extern const struct link_ops gossipd_link;

#define OPENINGS_NS (10 * IBSIM_S)
/* Devices are looked for every 5 s. */
#define HELD_NS (6 * IBSIM_S)
#define STALE "what was wrong before"

const char *const ibsim_rule_names[IBSIM_RULES] = {
	[IBSIM_HOLDS] = "none", [IBSIM_LEAK] = "leak", [IBSIM_BUFFERS] = "buffers",
	[IBSIM_SLOTS] = "slots", [IBSIM_SENDS] = "sends", [IBSIM_URGENT] = "urgent",
	[IBSIM_COUNTERS] = "counters", [IBSIM_HEALING] = "healing", [IBSIM_BUSY] = "busy",
	[IBSIM_TROUBLE] = "trouble", [IBSIM_TOLD] = "told", [IBSIM_LIBRARY] = "library",
	[IBSIM_BOUNDS] = "bounds", [IBSIM_HELD] = "held", [IBSIM_AFTER_CLOSE] = "after_close",
	[IBSIM_CRASHED] = "crashed", [IBSIM_REPEAT] = "repeat",
};

/* A rule does not hold: the first one counts. */
void ibsim_break(enum ibsim_rule rule, const char *format, ...)
{
	struct ibsim_result *r = ibsim->result;
	va_list args;

	if (r->broken)
		return;
	r->broken = rule;
	r->broken_ns = ibsim_now_ns;
	va_start(args, format);
	vsnprintf(r->text, sizeof(r->text), format, args);
	va_end(args);
	ibsim_say("BROKEN: %s: %s", ibsim_rule_names[rule], r->text);
}

/* That of a rail whose device has another name now, or is none at all. */
static struct fake_port no_port;

bool ibsim_no_port(const struct fake_port *port)
{
	return port == &no_port;
}

/* The port of a rail. */
struct fake_port *ibsim_port_of(const struct ib_rail *rail)
{
	size_t i;

	for (i = 0; i < FAKE_PORTS; i++) {
		if (fake.port[i].of && fake.port[i].number == rail->port &&
		    !strcmp(fake.port[i].of->device.name, rail->device))
			return &fake.port[i];
	}
	return &no_port;
}

/* --- buffers --- */

/* Each is in one place, and none is lost. */
static void look_at_buffers(const struct ib_rail *rail, const struct fake_port *port)
{
	uint8_t seen[FAKE_QUEUE] = { 0 };
	uint32_t i, nr = 0, slot;

	for (i = port->first; i != port->last; i++, nr++)
		seen[port->posted_id[i % FAKE_QUEUE] % FAKE_QUEUE]++;
	for (i = port->received_first; i != port->received_last; i++, nr++)
		seen[port->received[i % FAKE_QUEUE].wr_id % FAKE_QUEUE]++;
	if (nr != rail->nr_buffers)
		ibsim_break(IBSIM_BUFFERS, "%s: %u of %u buffers", rail->device, nr,
			    rail->nr_buffers);
	for (slot = 0; slot < rail->nr_buffers; slot++) {
		if (seen[slot] != 1)
			ibsim_break(IBSIM_BUFFERS, "%s: buffer %u is in %u places", rail->device,
				    slot, seen[slot]);
	}
}

static void look_at_slots(const struct ib_rail *rail, const struct fake_port *port)
{
	uint8_t seen[IB_SENDS] = { 0 };
	uint32_t i, slot;

	if (rail->nr_free + port->sends_last - port->sends_first != IB_SENDS) {
		ibsim_break(IBSIM_SLOTS, "%s: %u buffers are free, and %u on their way",
			    rail->device, rail->nr_free, port->sends_last - port->sends_first);
		return;
	}
	for (i = 0; i < rail->nr_free; i++)
		seen[rail->free_sends[i] % IB_SENDS]++;
	for (i = port->sends_first; i != port->sends_last; i++)
		seen[port->sends[i % FAKE_QUEUE].wr_id % IB_SENDS]++;
	for (slot = 0; slot < IB_SENDS; slot++) {
		if (seen[slot] != 1)
			ibsim_break(IBSIM_SLOTS, "%s: slot %u is in %u places", rail->device,
				    slot, seen[slot]);
	}
}

/* --- counters --- */

static void equal(const char *name, const char *what, uint64_t is, uint64_t should)
{
	if (is != should)
		ibsim_break(IBSIM_COUNTERS, "%s: %s %llu, and %llu were seen", name, what,
			    (unsigned long long)is, (unsigned long long)should);
}

static void look_at_counters(const struct link_rail *rail, size_t i, const struct fake_port *port)
{
	const uint64_t *c = rail->counters;

	equal(rail->name, "sent", c[LINK_SENT], port->nr_sent);
	equal(rail->name, "sent-bytes", c[LINK_SENT_BYTES], port->sent_bytes);
	equal(rail->name, "received", c[LINK_RECEIVED], ibsim->received[i]);
	equal(rail->name, "received-bytes", c[LINK_RECEIVED_BYTES], ibsim->received_bytes[i]);
	equal(rail->name, "completions", c[LINK_RECEIVED] + c[LINK_OWN] + c[LINK_TOO_SHORT] +
	      c[LINK_TOO_LONG] + c[LINK_BAD], port->nr_polled);
	if (c[LINK_LOSSES] > ibsim->link->rails.rail[i].ups)
		ibsim_break(IBSIM_COUNTERS, "%s is lost more often than up", rail->name);
}

/* Where a datagram found no buffer people have to hear of it. */
static void look_at_empty(const struct link_rail *rail, struct fake_port *port)
{
	size_t i = port - fake.port;

	/* With its queue pair goes what was in it. */
	if (!port->qp || ibsim->starved[i] != port->serial)
		ibsim->starved[i] = 0;
	if (ibsim->starved[i] && port->received_first == port->received_last) {
		/* What fails then says so. */
		if (rail->state == LINK_RAIL_UP &&
		    rail->counters[LINK_EMPTY] <= ibsim->empty_at[i])
			ibsim_break(IBSIM_COUNTERS, "%s: no buffer was left, and none counts it",
				    rail->name);
		ibsim->starved[i] = 0;
	}
	if (!ibsim->starved[i])
		ibsim->empty_at[i] = rail->counters[LINK_EMPTY];
}

/* --- rails --- */

static void look_at_openings(const struct ib_rail *rail)
{
	uint32_t i = rail->index, at;

	if (rail->open_serial == ibsim->serial[i])
		return;
	ibsim->serial[i] = rail->open_serial;
	at = ibsim->nr_opened[i]++ % IBSIM_OPENINGS;
	if (ibsim->nr_opened[i] > IBSIM_OPENINGS &&
	    ibsim_now_ns - ibsim->opened_ns[i][at] < OPENINGS_NS)
		ibsim_break(IBSIM_BOUNDS, "%s was opened %d times in %llu ms", rail->device,
			    IBSIM_OPENINGS, (unsigned long long)
			    ((ibsim_now_ns - ibsim->opened_ns[i][at]) / IBSIM_MS));
	ibsim->opened_ns[i][at] = ibsim_now_ns;
}

/* What is wrong is to be said anew: the text of a rail that has come up is not that of its end. */
static void look_at_trouble(const struct link_rail *rail, size_t i)
{
	const struct rail *core = &ibsim->link->rails.rail[i];
	bool up = rail->state == LINK_RAIL_UP;

	if (up ? *rail->why != '\0' : *rail->why == '\0' || !strcmp(rail->why, STALE))
		ibsim_break(IBSIM_TROUBLE, "%s is %s: '%s'", rail->name,
			    rail_state_names[core->state], rail->why);
	if (up && core->ups != ibsim->ups[i]) {
		ibsim->ups[i] = core->ups;
		strcpy(ibsim->link->rail[i].why, STALE);
	}
}

/* One that takes the place of one that is gone begins to count anew. */
static void look_at_name(const struct link_rail *rail, size_t i, struct fake_port *port)
{
	if (!strcmp(ibsim->name[i], rail->name))
		return;
	if (*ibsim->name[i]) {
		ibsim->received[i] = 0;
		ibsim->received_bytes[i] = 0;
		port->nr_sent = 0;
		port->sent_bytes = 0;
		port->nr_polled = 0;
	}
	memcpy(ibsim->name[i], rail->name, sizeof(ibsim->name[i]));
}

static void look_at_rail(const struct link_state *state, size_t i, bool quiet)
{
	const struct ib_rail *rail = &ibsim->link->rail[i];
	const struct rail *core = &ibsim->link->rails.rail[i];
	struct fake_port *port = ibsim_port_of(rail);

	look_at_trouble(&state->rail[i], i);
	look_at_openings(rail);
	look_at_name(&state->rail[i], i, port);
	if (ibsim_no_port(port))
		return;
	if ((core->state == RAIL_UP || core->state == RAIL_JOINING) && rail->id &&
	    rail->id->qp == port->qp && port->qp) {
		if (quiet)
			look_at_buffers(rail, port);
		look_at_slots(rail, port);
		if (quiet && port->received_first != port->received_last)
			ibsim_break(IBSIM_BUFFERS, "%s: what has come is not looked at",
				    state->rail[i].name);
	}
	look_at_counters(&state->rail[i], i, port);
	look_at_empty(&state->rail[i], port);
}

static void look_at_bounds(const struct link_state *state)
{
	int rails = (int)state->nr_rails;

	if (fake.live[FAKE_QP] > rails || fake.live[FAKE_MR] > rails ||
	    fake.live[FAKE_CQ] > 2 * rails || fake.live[FAKE_CONTEXT] > IB_DEVICES_MAX ||
	    fake.live[FAKE_AH] > (IB_HANDLES + 2) * rails)
		ibsim_break(IBSIM_BOUNDS, "%d queue pairs, %d regions, %d handles, %d devices",
			    fake.live[FAKE_QP], fake.live[FAKE_MR], fake.live[FAKE_AH],
			    fake.live[FAKE_CONTEXT]);
}

/* Who removes a device may have to wait until nobody has it open, the library neither. */
static void look_at_held(void)
{
	size_t i;

	for (i = 0; i < ibsim->opt.ports; i++) {
		const struct fake_port *port = &fake.port[i];

		if (!ibsim->gone_ns[i] || ibsim_now_ns - ibsim->gone_ns[i] < HELD_NS)
			continue;
		ibsim->gone_ns[i] = 0;
		if (port->cm && !fake_let_go(port))
			ibsim_break(IBSIM_HELD, "%s is gone, and the library has it open",
				    port->device.name);
	}
}

/* After each round of the loop; @quiet: it has nothing more to do for now. */
void ibsim_look(bool quiet)
{
	struct link_state state;
	bool up = false;
	size_t i;

	if (fake.wrong)
		ibsim_break(IBSIM_LIBRARY, "%s", fake.wrong);
	if (!ibsim->link || ibsim->closed)
		return;
	gossipd_link.get_state(ibsim->link, &state);
	for (i = 0; i < state.nr_rails; i++) {
		look_at_rail(&state, i, quiet);
		up = up || state.rail[i].state == LINK_RAIL_UP;
	}
	look_at_bounds(&state);
	if (quiet)
		look_at_held();
	if (quiet && (state.up != up || ibsim->up != up))
		ibsim_break(IBSIM_TOLD, "a rail is up: %d, it says %d, and said %d", up, state.up,
			    ibsim->up);
}

/* All has been given back. */
void ibsim_look_closed(void)
{
	static const char *const names[FAKE_KINDS] = {
		"devices", "channels", "ids", "protection domains", "memory regions",
		"completion channels", "completion queues", "queue pairs", "address handles",
		"joins",
	};
	int i;

	for (i = 0; i < FAKE_KINDS; i++) {
		if (fake.live[i])
			ibsim_break(IBSIM_LEAK, "%d %s are left", fake.live[i], names[i]);
	}
	if (ibsim_loop_live())
		ibsim_break(IBSIM_LEAK, "%d handles of the loop are left", ibsim_loop_live());
	if (ibsim_heap())
		ibsim_break(IBSIM_LEAK, "%lld pieces of memory are left",
			    (long long)ibsim_heap());
	if (fake.wrong)
		ibsim_break(IBSIM_LIBRARY, "%s", fake.wrong);
}

/* Some time after the last fault: all that can be used is, and the best of it is active. */
void ibsim_look_healed(void)
{
	uint32_t usable = ibsim->opt.ports < RAILS_MAX ? ibsim->opt.ports : RAILS_MAX;
	struct link_state state;
	const struct fake_port *port;
	uint32_t up = 0;
	size_t i;

	gossipd_link.get_state(ibsim->link, &state);
	for (i = 0; i < state.nr_rails; i++) {
		port = ibsim_port_of(&ibsim->link->rail[i]);
		if (ibsim_no_port(port)) {
			if (state.rail[i].state != LINK_RAIL_GONE)
				ibsim_break(IBSIM_HEALING, "%s is not gone", state.rail[i].name);
			continue;
		}
		if (state.rail[i].state != LINK_RAIL_UP)
			ibsim_break(IBSIM_HEALING, "%s is still not up: %s", state.rail[i].name,
				    state.rail[i].why);
		if (port->hung)
			ibsim_break(IBSIM_HEALING, "what is sent on %s still does not go",
				    state.rail[i].name);
		if (state.rail[i].active != !up)
			ibsim_break(IBSIM_HEALING, "%s is %sthe active one; sick %d, deaf %d",
				    state.rail[i].name, up ? "" : "not ",
				    ibsim->link->rails.rail[i].sick,
				    ibsim->link->rails.rail[i].deaf);
		up++;
	}
	if (up != usable)
		ibsim_break(IBSIM_HEALING, "%u of %u rails are up", up, usable);
}
