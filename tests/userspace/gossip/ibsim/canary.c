// SPDX-License-Identifier: GPL-2.0
/*
 * Bugs on purpose, to see that the campaign finds them: the linker's --wrap puts these functions
 * between one object of the plug-in and another. One more, dice that depend on where things are in
 * memory, is in world.c.
 */
#include "world.h"

enum ibsim_canary ibsim_canary;

const char *const ibsim_canary_names[IBSIM_CANARIES] = {
	[IBSIM_NO_CANARY] = "none", [IBSIM_CANARY_LEAK] = "leak",
	[IBSIM_CANARY_HANDLES] = "handles", [IBSIM_CANARY_BUFFER] = "buffer",
	[IBSIM_CANARY_ONE_RAIL] = "one_rail", [IBSIM_CANARY_ALL_RAILS] = "all_rails",
	[IBSIM_CANARY_SPIN] = "spin", [IBSIM_CANARY_MUM] = "mum",
	[IBSIM_CANARY_STUCK] = "stuck", [IBSIM_CANARY_DEAF] = "deaf",
	[IBSIM_CANARY_HOLD] = "hold", [IBSIM_CANARY_DICE] = "dice",
};

void __real_ib_devices_close(struct link *link);
void __wrap_ib_devices_close(struct link *link);
void __real_ib_handles_free(struct ib_rail *rail);
void __wrap_ib_handles_free(struct ib_rail *rail);
int __real_ib_post(struct ib_rail *rail, const uint64_t *slots, uint32_t nr);
int __wrap_ib_post(struct ib_rail *rail, const uint64_t *slots, uint32_t nr);
uint32_t __real_rails_select(const struct rails *r, bool urgent);
uint32_t __wrap_rails_select(const struct rails *r, bool urgent);
uint64_t __real_rails_deadline(const struct rails *r);
uint64_t __wrap_rails_deadline(const struct rails *r);
void __real_ib_why(struct ib_rail *rail, const char *what, int err);
void __wrap_ib_why(struct ib_rail *rail, const char *what, int err);
void __real_ib_receive(struct ib_rail *rail);
void __wrap_ib_receive(struct ib_rail *rail);
void __real_ib_held_let_go(struct link *link, const char *name);
void __wrap_ib_held_let_go(struct link *link, const char *name);
void __real_ib_held_check(struct link *link);
void __wrap_ib_held_check(struct link *link);

/* Forgets the devices that it looks at. */
void __wrap_ib_devices_close(struct link *link)
{
	if (ibsim_canary != IBSIM_CANARY_LEAK)
		__real_ib_devices_close(link);
}

/* Forgets the handles of a rail. */
void __wrap_ib_handles_free(struct ib_rail *rail)
{
	size_t i;

	for (i = 0; ibsim_canary == IBSIM_CANARY_HANDLES && i < IB_HANDLES; i++)
		rail->handles[i].ah = NULL;
	__real_ib_handles_free(rail);
}

/* Forgets a buffer when many have come. */
int __wrap_ib_post(struct ib_rail *rail, const uint64_t *slots, uint32_t nr)
{
	if (ibsim_canary == IBSIM_CANARY_BUFFER && nr == IB_BATCH && slots[0])
		nr--;
	return __real_ib_post(rail, slots, nr);
}

/* What is urgent goes by one rail; or all goes by all. */
uint32_t __wrap_rails_select(const struct rails *r, bool urgent)
{
	if (ibsim_canary == IBSIM_CANARY_ONE_RAIL)
		return __real_rails_select(r, false);
	if (ibsim_canary == IBSIM_CANARY_ALL_RAILS)
		return __real_rails_select(r, true);
	return __real_rails_select(r, urgent);
}

/* Waits for nothing; or does not know that it has to do something. */
uint64_t __wrap_rails_deadline(const struct rails *r)
{
	if (ibsim_canary == IBSIM_CANARY_SPIN)
		return 0;
	if (ibsim_canary == IBSIM_CANARY_STUCK)
		return RAILS_NEVER;
	return __real_rails_deadline(r);
}

/* Does not say what is wrong. */
void __wrap_ib_why(struct ib_rail *rail, const char *what, int err)
{
	__real_ib_why(rail, ibsim_canary == IBSIM_CANARY_MUM ? "" : what,
		      ibsim_canary == IBSIM_CANARY_MUM ? 0 : err);
}

/* Takes what has come before it asks to be told: what comes in between is not noticed. */
void __wrap_ib_receive(struct ib_rail *rail)
{
	struct ibv_cq *cq;
	void *ctx;

	if (ibsim_canary == IBSIM_CANARY_DEAF) {
		while (!ibv_get_cq_event(rail->channel, &cq, &ctx))
			ibv_ack_cq_events(cq, 1);
		rail->more = true;
		ib_receive_more(&rail->link->more);
		ibv_req_notify_cq(rail->receives, 0);
		return;
	}
	__real_ib_receive(rail);
}

/* Leaves the library what it has open. */
void __wrap_ib_held_let_go(struct link *link, const char *name)
{
	if (ibsim_canary != IBSIM_CANARY_HOLD)
		__real_ib_held_let_go(link, name);
}

void __wrap_ib_held_check(struct link *link)
{
	if (ibsim_canary != IBSIM_CANARY_HOLD)
		__real_ib_held_check(link);
}
