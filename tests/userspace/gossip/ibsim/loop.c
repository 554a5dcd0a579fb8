// SPDX-License-Identifier: GPL-2.0
/*
 * libuv, made up, for what the plug-in uses of it: a clock that goes when the world says so, timers
 * in their order, descriptors in an order that the seed decides, threads that run when it wants.
 * What the plug-in takes of the C library's memory is counted here as well.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "world.h"

/* NOLINTBEGIN(readability-inconsistent-declaration-parameter-name): those of libuv */

#define HANDLES 64
#define WORKS 32
/* A call takes some time. */
#define STEP_NS 150

void *ibsim_calloc(size_t nr, size_t size);
void ibsim_free(void *thing);
void *ibsim_mmap(void *addr, size_t len, int prot, int flags, int fd, off_t offset);
int ibsim_munmap(void *addr, size_t len);

enum kind { NONE, TIMER, IDLE, POLL };

static struct handle {
	enum kind kind;
	uv_handle_t *uv;
	bool active, closing;
	uint64_t due_ms, repeat_ms, order;
	uv_timer_cb timer;
	uv_idle_cb idle;
	uv_poll_cb poll;
	int fd;
	uv_close_cb close;
} handles[HANDLES];

static struct {
	uv_work_t *request;
	uv_work_cb work;
	uv_after_work_cb after;
	bool done;
} works[WORKS];

uint64_t ibsim_now_ns;
static uint64_t loop_ms, order;
static int64_t heap;

void ibsim_loop_reset(uint64_t now_ns)
{
	memset(handles, 0, sizeof(handles));
	memset(works, 0, sizeof(works));
	ibsim_now_ns = now_ns;
	loop_ms = now_ns / IBSIM_MS;
	order = 0;
	heap = 0;
}

static struct handle *find(const void *uv)
{
	int i;

	for (i = 0; i < HANDLES; i++) {
		if (handles[i].kind && (const void *)handles[i].uv == uv)
			return &handles[i];
	}
	ibsim_break(IBSIM_LIBRARY, "a handle that is not there is used");
	abort();
}

static void add(enum kind kind, void *uv, int fd)
{
	int i;

	for (i = 0; i < HANDLES && handles[i].kind; i++)
		;
	if (i == HANDLES)
		abort();
	handles[i] = (struct handle){ .kind = kind, .uv = uv, .fd = fd };
}

/* --- libuv --- */

uint64_t uv_hrtime(void)
{
	return ibsim_now_ns += STEP_NS;
}

int uv_timer_init(uv_loop_t *loop, uv_timer_t *timer)
{
	(void)loop;
	add(TIMER, timer, -1);
	return 0;
}

int uv_timer_start(uv_timer_t *timer, uv_timer_cb cb, uint64_t timeout, uint64_t repeat)
{
	struct handle *h = find(timer);

	if (h->closing)
		return UV_EINVAL;
	h->active = true;
	h->due_ms = loop_ms + timeout;
	h->repeat_ms = repeat;
	h->order = ++order;
	h->timer = cb;
	return 0;
}

int uv_idle_init(uv_loop_t *loop, uv_idle_t *idle)
{
	(void)loop;
	add(IDLE, idle, -1);
	return 0;
}

int uv_idle_start(uv_idle_t *idle, uv_idle_cb cb)
{
	struct handle *h = find(idle);

	h->active = !h->closing;
	h->idle = cb;
	return 0;
}

int uv_idle_stop(uv_idle_t *idle)
{
	find(idle)->active = false;
	return 0;
}

int uv_poll_init(uv_loop_t *loop, uv_poll_t *poll, int fd)
{
	(void)loop;
	if (ibsim_now_ns < ibsim->bad_until_ns && ibsim_chance(ibsim->opt.call_fails)) {
		ibsim_fault(IBSIM_NO_MEMORY);
		return UV_ENOMEM;
	}
	add(POLL, poll, fd);
	return 0;
}

int uv_poll_start(uv_poll_t *poll, int events, uv_poll_cb cb)
{
	struct handle *h = find(poll);

	(void)events;
	h->active = !h->closing;
	h->poll = cb;
	return 0;
}

int uv_poll_stop(uv_poll_t *poll)
{
	find(poll)->active = false;
	return 0;
}

void uv_close(uv_handle_t *uv, uv_close_cb cb)
{
	struct handle *h = find(uv);

	if (h->closing)
		ibsim_break(IBSIM_LIBRARY, "a handle is closed twice");
	h->active = false;
	h->closing = true;
	h->close = cb;
}

int uv_is_active(const uv_handle_t *uv)
{
	return find(uv)->active;
}

int uv_queue_work(uv_loop_t *loop, uv_work_t *request, uv_work_cb work, uv_after_work_cb after)
{
	uint32_t i;
	bool slow;

	(void)loop;
	if (ibsim_now_ns < ibsim->bad_until_ns && ibsim_chance(ibsim->opt.call_fails))
		return UV_ENOMEM;
	for (i = 0; i < WORKS && works[i].request; i++)
		;
	if (i == WORKS) {
		ibsim_break(IBSIM_BOUNDS, "%d threads at once", WORKS);
		return UV_ENOMEM;
	}
	works[i].request = request;
	works[i].work = work;
	works[i].after = after;
	works[i].done = false;
	/* As a rule it is quick; a neighbour that does not answer takes seconds. */
	slow = ibsim_may(IBSIM_SLOW_HANDLE) && ibsim_chance(300);
	if (slow)
		ibsim_fault(IBSIM_SLOW_HANDLE);
	ibsim_later(ibsim_below(slow ? 4 * IBSIM_S : IBSIM_MS), IBSIM_DO_WORK, i, 0);
	return 0;
}

/* The thread runs, or what is to follow in the loop does. */
void ibsim_work(uint32_t which, bool done)
{
	uv_work_t *request = works[which].request;

	if (!done) {
		works[which].work(request);
		ibsim_later(ibsim_below(IBSIM_MS), IBSIM_DO_DONE, which, 0);
		return;
	}
	works[which].request = NULL;
	works[which].after(request, 0);
}

/* --- one round of it --- */

static bool run_timers(void)
{
	uint64_t last = order;
	struct handle *first, *h;
	bool some = false;

	for (;;) {
		first = NULL;
		for (h = handles; h < handles + HANDLES; h++) {
			/* Those that were started meanwhile have their turn in the next round. */
			if (h->kind == TIMER && h->active && h->due_ms <= loop_ms &&
			    h->order <= last &&
			    (!first || h->due_ms < first->due_ms ||
			     (h->due_ms == first->due_ms && h->order < first->order)))
				first = h;
		}
		if (!first)
			return some;
		some = true;
		first->active = false;
		if (first->repeat_ms)
			uv_timer_start((uv_timer_t *)first->uv, first->timer, first->repeat_ms,
				       first->repeat_ms);
		ibsim_trace('t', first - handles);
		first->timer((uv_timer_t *)first->uv);
	}
}

static bool run_idle(void)
{
	struct handle *h;
	bool some = false;

	for (h = handles; h < handles + HANDLES; h++) {
		if (h->kind != IDLE || !h->active)
			continue;
		some = true;
		h->idle((uv_idle_t *)h->uv);
	}
	return some;
}

/* All that is ready is asked for at once, and called in any order. */
static bool run_polls(void)
{
	struct handle *ready[HANDLES], *h;
	int state[HANDLES], nr = 0, i;

	for (h = handles; h < handles + HANDLES; h++) {
		if (h->kind != POLL || !h->active)
			continue;
		state[nr] = fake_ready(h->fd);
		if (state[nr])
			ready[nr++] = h;
	}
	for (i = 0; i < nr; i++) {
		int other = i + (int)ibsim_below(nr - i), as = state[other];

		h = ready[other];
		ready[other] = ready[i];
		state[other] = state[i];
		/* One that was closed in the meantime is not called. */
		if (h->kind != POLL || !h->active)
			continue;
		ibsim_trace('p', h - handles);
		/* After an error libuv has stopped. */
		if (as < 0)
			h->active = false;
		h->poll((uv_poll_t *)h->uv, as < 0 ? UV_EBADF : 0, as < 0 ? 0 : UV_READABLE);
	}
	return nr;
}

static bool run_closed(void)
{
	struct handle *h, one;
	bool some = false;

	for (h = handles; h < handles + HANDLES; h++) {
		if (!h->kind || !h->closing)
			continue;
		one = *h;
		h->kind = NONE;
		some = true;
		one.close(one.uv);
	}
	return some;
}

/* One round that does not wait; false: there was nothing to do. */
bool ibsim_loop_once(void)
{
	bool some;

	loop_ms = ibsim_now_ns / IBSIM_MS;
	some = run_timers();
	some |= run_idle();
	some |= run_polls();
	some |= run_closed();
	return some;
}

/* When the next timer is due; UINT64_MAX: none is. */
uint64_t ibsim_loop_next_ns(void)
{
	uint64_t first = UINT64_MAX;
	const struct handle *h;

	for (h = handles; h < handles + HANDLES; h++) {
		if (h->kind == TIMER && h->active && h->due_ms * IBSIM_MS < first)
			first = h->due_ms * IBSIM_MS;
	}
	return first;
}

/* Handles and threads that there still are. */
int ibsim_loop_live(void)
{
	int i, nr = 0;

	for (i = 0; i < HANDLES; i++)
		nr += handles[i].kind != NONE;
	for (i = 0; i < WORKS; i++)
		nr += !!works[i].request;
	return nr;
}

/* --- memory --- */

static bool no_memory(void)
{
	if (ibsim_now_ns >= ibsim->bad_until_ns || !ibsim_chance(ibsim->opt.call_fails))
		return false;
	ibsim_fault(IBSIM_NO_MEMORY);
	errno = ENOMEM;
	return true;
}

void *ibsim_calloc(size_t nr, size_t size)
{
	void *thing = no_memory() ? NULL : calloc(nr, size);

	heap += !!thing;
	return thing;
}

void ibsim_free(void *thing)
{
	heap -= !!thing;
	free(thing);
}

void *ibsim_mmap(void *addr, size_t len, int prot, int flags, int fd, off_t offset)
{
	void *thing = no_memory() ? MAP_FAILED : mmap(addr, len, prot, flags, fd, offset);

	heap += thing != MAP_FAILED;
	return thing;
}

int ibsim_munmap(void *addr, size_t len)
{
	heap--;
	return munmap(addr, len);
}

/* What the plug-in has not given back. */
int64_t ibsim_heap(void)
{
	return heap;
}

/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */
