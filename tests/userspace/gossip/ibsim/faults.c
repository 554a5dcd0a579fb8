// SPDX-License-Identifier: GPL-2.0
/*
 * What goes wrong in a world, and how it heals.
 */
#include <errno.h>
#include <string.h>

#include "world.h"

const char *const ibsim_fault_names[IBSIM_FAULTS] = {
	[IBSIM_PORT_DOWN] = "port_down", [IBSIM_PORT_UP] = "port_up",
	[IBSIM_PORT_SILENT] = "port_changes_silently", [IBSIM_REMOVED] = "device_removed",
	[IBSIM_RETURNED] = "device_returned", [IBSIM_RENAMED] = "device_renamed",
	[IBSIM_NO_DEVICE] = "no_device_yet", [IBSIM_PLUGGED] = "device_plugged",
	[IBSIM_REFUSED] = "join_refused", [IBSIM_LOST] = "join_lost",
	[IBSIM_LATE] = "join_late", [IBSIM_STALE] = "join_stale", [IBSIM_TWICE] = "join_twice",
	[IBSIM_GROUP_LOST] = "group_lost", [IBSIM_SM_CHANGE] = "sm_change",
	[IBSIM_SEND_FAILS] = "send_fails", [IBSIM_SENT_BADLY] = "sent_badly",
	[IBSIM_MUTE] = "sends_mute", [IBSIM_HUNG] = "sends_hung",
	[IBSIM_BROKEN] = "queue_pair_broken", [IBSIM_FLOOD] = "flood",
	[IBSIM_NO_BUFFER] = "no_buffer", [IBSIM_BAD] = "bad_completion",
	[IBSIM_ADDRESS] = "address_change", [IBSIM_NO_ADDRESS] = "no_address",
	[IBSIM_ODD_EVENT] = "odd_event", [IBSIM_CALL_FAILS] = "call_fails",
	[IBSIM_NO_MEMORY] = "no_memory", [IBSIM_PAUSE] = "pause", [IBSIM_SHORT] = "short",
	[IBSIM_LONG] = "long", [IBSIM_OWN] = "own", [IBSIM_FORGED] = "forged",
	[IBSIM_SLOW_HANDLE] = "handle_slow", [IBSIM_NO_HANDLE] = "handle_fails",
	[IBSIM_REENTRY] = "send_in_receive", [IBSIM_CLOSED_EARLY] = "closed_early",
};

/* It happened. */
void ibsim_fault(enum ibsim_fault fault)
{
	ibsim->result->faults[fault]++;
	ibsim_trace('f', fault);
	ibsim_say("%s", ibsim_fault_names[fault]);
}

/* Whether the world has it, and still has any. */
bool ibsim_may(enum ibsim_fault fault)
{
	return ibsim->storm && ibsim->opt.kinds >> fault & 1;
}

/* A port as people know it. */
static uint32_t index_of(const struct fake_port *port)
{
	return (uint32_t)(port - fake.port);
}

/* --- calls --- */

/* Whether a call of the libraries fails; something may come in the middle of any of them. */
bool ibsim_fate(enum fake_call call)
{
	bool bad = ibsim_now_ns < ibsim->bad_until_ns;
	uint32_t per_mille = bad ? ibsim->opt.call_fails : 0;

	ibsim->result->calls++;
	ibsim_trace('c', call);
	if (ibsim->storm && ibsim_chance(10))
		ibsim_deliver((uint32_t)ibsim_below(ibsim->opt.ports));
	if (call == FAKE_POST_SEND && ibsim_may(IBSIM_SEND_FAILS))
		per_mille += 10;
	if (call == FAKE_MAKE_AH && ibsim_may(IBSIM_NO_HANDLE))
		per_mille += 50;
	if (!per_mille || !ibsim_chance(per_mille))
		return false;
	ibsim_fault(call == FAKE_POST_SEND ? IBSIM_SEND_FAILS :
		    call == FAKE_MAKE_AH ? IBSIM_NO_HANDLE : IBSIM_CALL_FAILS);
	return true;
}

/* --- the subnet manager --- */

static void answer_later(struct fake_port *port, uint64_t in_ns, int status)
{
	ibsim_later(in_ns, IBSIM_DO_ANSWER, index_of(port),
		    (uint64_t)(uintptr_t)port->joined << 8 | (uint8_t)status);
}

void ibsim_joining(struct fake_port *port)
{
	uint64_t soon_ns = ibsim_below(5 * IBSIM_MS);

	ibsim_say("m%u asks for the group, %llu", index_of(port),
		  (unsigned long long)(uintptr_t)port->joined);
	if (!port->active)
		return;
	if (ibsim_may(IBSIM_LOST) && ibsim_chance(100)) {
		ibsim_fault(IBSIM_LOST);
		return;
	}
	if (ibsim_may(IBSIM_REFUSED) && ibsim_chance(250)) {
		ibsim_fault(IBSIM_REFUSED);
		answer_later(port, soon_ns, ibsim_chance(500) ? EACCES : ENOMEM);
		return;
	}
	if (ibsim_may(IBSIM_LATE) && ibsim_chance(150)) {
		ibsim_fault(IBSIM_LATE);
		soon_ns = ibsim_below(15 * IBSIM_S);
	}
	answer_later(port, soon_ns, 0);
	if (ibsim_may(IBSIM_TWICE) && ibsim_chance(150)) {
		ibsim_fault(IBSIM_TWICE);
		answer_later(port, ibsim_below(IBSIM_S), ibsim_chance(700) ? 0 : EACCES);
	}
}

static void answer(struct fake_port *port, uint64_t arg)
{
	void *mark = (void *)(uintptr_t)(arg >> 8);
	int status = -(int)(arg & 0xff);

	/* What answers an earlier join comes as well, if the id is still there. */
	if (mark != port->joined) {
		if (!ibsim_may(IBSIM_STALE) || !port->id)
			return;
		ibsim_fault(IBSIM_STALE);
	}
	fake_answer(port, mark, status);
}

/* --- ports and devices --- */

static void each_port_of(struct fake_port *port, enum rdma_cm_event_type what)
{
	uint32_t i;

	for (i = 0; i < ibsim->opt.ports; i++) {
		if (fake.port[i].of == port->of)
			fake_cm_event(&fake.port[i], what, 0);
	}
}

/* Each of these tells whether there was anything that could go wrong. */

static bool port_goes(struct fake_port *port, bool told)
{
	if (!port->active)
		return false;
	port->active = false;
	if (told)
		fake_async(port, IBV_EVENT_PORT_ERR);
	ibsim_later(ibsim_below(ibsim_chance(300) ? 100 * IBSIM_MS : 8 * IBSIM_S), IBSIM_DO_UP,
		    index_of(port), told);
	return true;
}

static void port_comes(struct fake_port *port, bool told)
{
	port->active = true;
	ibsim_fault(IBSIM_PORT_UP);
	if (told)
		fake_async(port, IBV_EVENT_PORT_ACTIVE);
}

/* What was opened before does nothing any more. */
static void die(struct fake_port *port)
{
	port->of->generation++;
}

/* What comes in its place is another one, also to the libraries. */
static void unlist(struct fake_port *port)
{
	if (port->of->there)
		ibsim->gone_ns[index_of(port->of)] = ibsim_now_ns;
	die(port);
	port->of->there = false;
	ibsim_later(ibsim_below(15 * IBSIM_S), IBSIM_DO_RETURN, index_of(port->of), 0);
}

static bool remove_device(struct fake_port *port)
{
	uint32_t which = index_of(port->of);

	if (!port->of->there)
		return false;
	switch (ibsim_below(5)) {
	case 0:
		/* Nobody says anything. */
		unlist(port);
		break;
	case 1:
		/* It has failed, and is there again at once. */
		die(port);
		fake_async(port, IBV_EVENT_DEVICE_FATAL);
		break;
	case 2:
		ibsim_later(0, IBSIM_DO_FATAL, which, 0);
		ibsim_later(ibsim_below(50 * IBSIM_MS), IBSIM_DO_REMOVAL, which, 0);
		ibsim_later(ibsim_below(2 * IBSIM_S), IBSIM_DO_UNLIST, which, 0);
		break;
	default:
		/* As it should be: who has it is asked to let go of it first. */
		ibsim_later(0, IBSIM_DO_REMOVAL, which, 0);
		ibsim_later(ibsim_below(100 * IBSIM_MS), IBSIM_DO_FATAL, which, 0);
		ibsim_later(ibsim_below(2 * IBSIM_S), IBSIM_DO_UNLIST, which, 0);
		break;
	}
	return true;
}

/* As another one, which nobody has seen before. */
static void rename_device(struct fake_port *port)
{
	uint32_t i;

	for (i = 0; i < ibsim->opt.ports; i++) {
		if (fake.port[i].of == port && fake.port[i].qp)
			return;
	}
	if (port->device.name[0] == 'z')
		return;
	ibsim_fault(IBSIM_RENAMED);
	port->device.name[0]++;
	for (i = 0; i < ibsim->opt.ports; i++) {
		if (fake.port[i].of != port)
			continue;
		fake.port[i].nr_sent = 0;
		fake.port[i].sent_bytes = 0;
		fake.port[i].nr_polled = 0;
	}
}

static void put_in(struct fake_port *port)
{
	port->of->there = true;
	ibsim->gone_ns[index_of(port->of)] = 0;
	fake.no_driver = false;
}

static void device_returns(struct fake_port *port)
{
	if (port->of->there)
		return;
	ibsim_fault(IBSIM_RETURNED);
	if (ibsim_may(IBSIM_RENAMED) && ibsim_chance(500))
		rename_device(port->of);
	put_in(port);
}

static void plug(void)
{
	uint32_t i;

	for (i = 0; i < ibsim->opt.ports; i++) {
		if (fake.port[i].of == &fake.port[i] && !fake.port[i].there &&
		    !fake.port[i].generation) {
			ibsim_fault(IBSIM_PLUGGED);
			put_in(&fake.port[i]);
			return;
		}
	}
}

static void new_address(struct fake_port *port)
{
	port->address.sin_addr.s_addr = htonl(0x0a000001 | (uint32_t)ibsim_below(1 << 20) << 4);
	if (ibsim_chance(500))
		fake_async(port, IBV_EVENT_GID_CHANGE);
	else
		fake_cm_event(port, RDMA_CM_EVENT_ADDR_CHANGE, 0);
}

static void odd_event(struct fake_port *port)
{
	static const enum rdma_cm_event_type what[] = {
		RDMA_CM_EVENT_TIMEWAIT_EXIT, RDMA_CM_EVENT_ADDR_ERROR,
		RDMA_CM_EVENT_DISCONNECTED, RDMA_CM_EVENT_MULTICAST_JOIN,
		RDMA_CM_EVENT_MULTICAST_ERROR,
	};
	enum ibv_event_type event = ibsim_below(IBV_EVENT_WQ_FATAL + 1);

	if (ibsim_chance(200)) {
		/* Also a join that nobody has asked for: with a mark that was never given. */
		fake_answer(port, (void *)(uintptr_t)0xffffff, ibsim_chance(500) ? 0 : -EACCES);
		return;
	}
	if (ibsim_chance(300))
		fake_cm_event(port, what[ibsim_below(2 + !!port->joined)], 0);
	else if (event == IBV_EVENT_DEVICE_FATAL)
		die(port);
	if (event == IBV_EVENT_PORT_ERR || event == IBV_EVENT_PORT_ACTIVE)
		port->active = event == IBV_EVENT_PORT_ACTIVE;
	if (event == IBV_EVENT_PORT_ERR)
		ibsim_later(ibsim_below(IBSIM_S), IBSIM_DO_UP, index_of(port), 1);
	fake_async(port, event);
}

/* --- one fault --- */

static void flood(uint32_t which)
{
	uint64_t nr = ibsim_below(UINT64_C(3) * ibsim->opt.buffers);

	while (nr--)
		ibsim_deliver(which);
}

static bool bad_completion(struct fake_port *port)
{
	const struct fake_datagram bad = { .status = IBV_WC_LOC_PROT_ERR };

	if (!fake_receive(port, &bad))
		return false;
	if (ibsim_chance(700))
		fake_break(port);
	return true;
}

static bool no_address(struct fake_port *port)
{
	if (!port->address.sin_family)
		return false;
	port->address.sin_family = 0;
	if (ibsim_chance(500))
		fake_cm_event(port, RDMA_CM_EVENT_ADDR_CHANGE, 0);
	ibsim_later(ibsim_below(8 * IBSIM_S), IBSIM_DO_ADDRESS, index_of(port), 0);
	return true;
}

static bool to_sends(enum ibsim_fault fault, struct fake_port *port)
{
	bool had = port->qp && !port->hung && !port->mute;

	switch (fault) {
	case IBSIM_SENT_BADLY:
		fake_complete(port, IBV_WC_RETRY_EXC_ERR);
		return had && port->sends_last != port->sends_first;
	case IBSIM_MUTE:
		port->mute = true;
		ibsim_later(ibsim_below(3 * IBSIM_S), IBSIM_DO_UNMUTE, index_of(port), 0);
		return had;
	default:
		port->hung = port->qp;
		return had;
	}
}

static bool to_port(enum ibsim_fault fault, struct fake_port *port)
{
	switch (fault) {
	case IBSIM_PORT_DOWN:
	case IBSIM_PORT_SILENT:
		return port_goes(port, fault == IBSIM_PORT_DOWN);
	case IBSIM_REMOVED:
		return remove_device(port);
	case IBSIM_GROUP_LOST:
		if (port->member)
			fake_cm_event(port, RDMA_CM_EVENT_MULTICAST_ERROR, -ENETRESET);
		return port->member;
	case IBSIM_SM_CHANGE:
		fake_async(port, ibsim_chance(500) ? IBV_EVENT_SM_CHANGE :
			   IBV_EVENT_CLIENT_REREGISTER);
		return port->of->there;
	case IBSIM_BROKEN:
		fake_break(port);
		return port->qp;
	case IBSIM_FLOOD:
		flood(index_of(port));
		return port->joined;
	case IBSIM_BAD:
		return bad_completion(port);
	case IBSIM_ADDRESS:
		new_address(port);
		return port->of->there;
	case IBSIM_NO_ADDRESS:
		return no_address(port);
	case IBSIM_ODD_EVENT:
		odd_event(port);
		return port->of->there;
	default:
		return to_sends(fault, port);
	}
}

static void one_fault(void)
{
	static const enum ibsim_fault kinds[] = {
		IBSIM_PORT_DOWN, IBSIM_PORT_SILENT, IBSIM_REMOVED, IBSIM_PLUGGED,
		IBSIM_GROUP_LOST, IBSIM_SM_CHANGE, IBSIM_SENT_BADLY, IBSIM_MUTE, IBSIM_HUNG,
		IBSIM_BROKEN, IBSIM_FLOOD, IBSIM_BAD, IBSIM_ADDRESS, IBSIM_NO_ADDRESS,
		IBSIM_ODD_EVENT, IBSIM_CALL_FAILS, IBSIM_PAUSE,
	};
	struct fake_port *port = &fake.port[ibsim_below(ibsim->opt.ports)];
	enum ibsim_fault fault;
	int tries = 0;

	do
		fault = kinds[ibsim_below(sizeof(kinds) / sizeof(kinds[0]))];
	while (!ibsim_may(fault) && ++tries < 20);
	if (!ibsim_may(fault))
		return;
	switch (fault) {
	case IBSIM_PLUGGED:
		plug();
		break;
	case IBSIM_CALL_FAILS:
		ibsim->bad_until_ns = ibsim_now_ns + ibsim_below(2 * IBSIM_S);
		break;
	case IBSIM_PAUSE:
		ibsim_fault(fault);
		ibsim_now_ns += ibsim_below(ibsim_chance(300) ? 12 * IBSIM_S : 300 * IBSIM_MS);
		break;
	default:
		ibsim_say("m%u:", index_of(port));
		if (to_port(fault, port))
			ibsim_fault(fault);
		break;
	}
}

/* What was to happen now. */
void ibsim_do(enum ibsim_later what, uint32_t which, uint64_t arg)
{
	struct fake_port *port;

	if (what == IBSIM_DO_WORK || what == IBSIM_DO_DONE) {
		ibsim_work(which, what == IBSIM_DO_DONE);
		return;
	}
	port = &fake.port[which];
	switch (what) {
	case IBSIM_DO_STORM:
		if (!ibsim->storm)
			break;
		one_fault();
		ibsim_later(sim_exponential(&ibsim->rng, ibsim->opt.every_ns), what, 0, 0);
		break;
	case IBSIM_DO_TRAFFIC:
		ibsim_traffic();
		ibsim_later(1 + ibsim_below(2 * ibsim->opt.send_every_ns), what, 0, 0);
		break;
	case IBSIM_DO_ANSWER:
		answer(port, arg);
		break;
	case IBSIM_DO_UP:
		port_comes(port, arg);
		break;
	case IBSIM_DO_UNLIST:
		unlist(port);
		break;
	case IBSIM_DO_RETURN:
		device_returns(port);
		break;
	case IBSIM_DO_FATAL:
		die(port);
		fake_async(port, IBV_EVENT_DEVICE_FATAL);
		break;
	case IBSIM_DO_REMOVAL:
		each_port_of(port, RDMA_CM_EVENT_DEVICE_REMOVAL);
		break;
	case IBSIM_DO_UNMUTE:
		fake_complete(port, IBV_WC_SUCCESS);
		break;
	case IBSIM_DO_ADDRESS:
		port->address.sin_family = AF_INET;
		break;
	default:
		break;
	}
}

/* Nothing goes wrong from now on; what hangs still does. */
void ibsim_heal(void)
{
	uint32_t i;

	ibsim->storm = false;
	ibsim->bad_until_ns = 0;
	ibsim->healed_ns = ibsim_now_ns;
	/* It is a long time. */
	if (ibsim->opt.send_every_ns < 50 * IBSIM_MS)
		ibsim->opt.send_every_ns = 50 * IBSIM_MS;
	ibsim_say("all is well again");
	for (i = 0; i < ibsim->opt.ports; i++) {
		struct fake_port *port = &fake.port[i];

		put_in(port);
		port->address.sin_family = AF_INET;
		if (port->mute)
			fake_complete(port, IBV_WC_SUCCESS);
		if (!port->active)
			port_comes(port, true);
	}
}
