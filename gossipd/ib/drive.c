// SPDX-License-Identifier: GPL-2.0
/*
 * From what happens to rails to what is done with them.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ib.h"

#define NSEC_PER_MSEC UINT64_C(1000000)
/* As long as there is no device, and beside what devices tell themselves. */
#define SCAN_MS 5000
/* The kernel's part of it: without that the libraries would have it loaded each time they look. */
#define CLASS_DIR "/sys/class/infiniband"

/**
 * ib_log() - a line for people
 * @link: whose
 * @level: how bad it is
 * @format: as printf() has it
 */
void ib_log(const struct link *link, enum link_log level, const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	link->user.log(link->user.ctx, level, text);
}

/**
 * ib_why() - remember what was wrong, for the next line about the rail
 * @rail: which
 * @what: in words
 * @err: errno; 0: none
 */
void ib_why(struct ib_rail *rail, const char *what, int err)
{
	snprintf(rail->why, sizeof(rail->why), "%s%s%s", what, err ? ": " : "",
		 err ? strerror(err) : "");
}

/**
 * ib_name() - device and port
 * @rail: which
 * @text: written to
 *
 * Return: @text.
 */
const char *ib_name(const struct ib_rail *rail, char text[LINK_NAME_LEN])
{
	snprintf(text, LINK_NAME_LEN, "%s:%u", rail->device, rail->port);
	return text;
}

static void tell_people(struct ib_rail *rail)
{
	enum rail_state state = rail->link->rails.rail[rail->index].state;
	char name[LINK_NAME_LEN];

	if (state == rail->told)
		return;
	ib_name(rail, name);
	if (state == RAIL_UP)
		ib_log(rail->link, LINK_LOG_INFO, "%s has joined the zone's group", name);
	else if (rail->told == RAIL_UP)
		ib_log(rail->link, LINK_LOG_WARNING, "%s is no longer in the zone's group: %s",
		       name, rail->why);
	else if (state == RAIL_BACKOFF)
		ib_log(rail->link, LINK_LOG_INFO, "%s cannot be used yet: %s", name, rail->why);
	else
		ib_log(rail->link, LINK_LOG_DEBUG, "%s is %s", name, rail_state_names[state]);
	if (rail->told == RAIL_UP)
		rail->counters[LINK_LOSSES]++;
	rail->told = state;
}

static void do_open(struct link *link, struct ib_rail *rail, uint32_t serial)
{
	rail->open_serial = serial;
	if (!ib_rail_open(rail)) {
		ib_tell(link, rail->index, RAIL_IN_OPENED, serial);
		return;
	}
	ib_rail_close(rail);
	rail->counters[LINK_REFUSED]++;
	ib_tell(link, rail->index, RAIL_IN_OPEN_FAILED, serial);
}

static void do_join(struct link *link, struct ib_rail *rail, uint32_t serial)
{
	rail->join_serial = serial;
	if (!ib_group_join(rail))
		return;
	rail->counters[LINK_REFUSED]++;
	ib_tell(link, rail->index, RAIL_IN_JOIN_FAILED, serial);
}

static void act(struct link *link)
{
	struct rail_action action;

	while (rails_action(&link->rails, &action)) {
		struct ib_rail *rail = &link->rail[action.rail];

		switch (action.what) {
		case RAIL_DO_LEAVE:
			ib_group_leave(rail);
			break;
		case RAIL_DO_CLOSE:
			ib_rail_close(rail);
			break;
		case RAIL_DO_OPEN:
			do_open(link, rail, action.serial);
			break;
		case RAIL_DO_JOIN:
			do_join(link, rail, action.serial);
			break;
		default:
			break;
		}
	}
}

/* What does not answer has nobody who says what is wrong. */
static void tick(struct link *link)
{
	bool joining[RAILS_MAX];
	size_t i;

	for (i = 0; i < RAILS_MAX; i++)
		joining[i] = link->rails.rail[i].state == RAIL_JOINING;
	rails_tick(&link->rails, uv_hrtime(), link->user.random(link->user.ctx));
	for (i = 0; i < RAILS_MAX; i++) {
		if (joining[i] && link->rails.rail[i].state == RAIL_BACKOFF)
			ib_why(&link->rail[i], "nobody answers for the group", 0);
	}
}

static void on_timer(uv_timer_t *timer)
{
	struct link *link = timer->data;
	uint64_t now_ns, due_ns;
	size_t i;

	tick(link);
	act(link);
	ib_devices_let_go(link);
	for (i = 0; i < RAILS_MAX; i++) {
		if (link->rail[i].link)
			tell_people(&link->rail[i]);
	}
	if (link->up != rails_up(&link->rails)) {
		link->up = !link->up;
		link->user.changed(link->user.ctx, link->up);
	}
	due_ns = rails_deadline(&link->rails);
	/* What was told in the meantime, as by a send of the user's, is to be done at once. */
	if (due_ns == RAILS_NEVER || uv_is_active((uv_handle_t *)timer))
		return;
	now_ns = uv_hrtime();
	uv_timer_start(timer, on_timer, due_ns > now_ns ? (due_ns - now_ns) / NSEC_PER_MSEC + 1 : 0,
		       0);
}

/**
 * ib_tell() - something happened to a rail
 * @link: whose
 * @rail: index
 * @input: what
 * @serial: of the action that it answers
 *
 * What follows from it is done by the loop: this may be the middle of anything.
 */
void ib_tell(struct link *link, uint8_t rail, enum rail_input input, uint32_t serial)
{
	const struct rail_event event = { .input = input, .rail = rail, .serial = serial };

	rails_input(&link->rails, uv_hrtime(), &event, link->user.random(link->user.ctx));
	/* All that it does is to tell how well others hear. */
	if (input != RAIL_IN_HEARD && !link->closing)
		uv_timer_start(&link->timer, on_timer, 0, 0);
}

/**
 * ib_look() - look which devices there are, if there can be any
 * @link: whose
 *
 * Drivers may come long after the daemon: where there is none that costs one system call.
 *
 * Return: 0; a negative errno if nothing can be asked yet.
 */
int ib_look(struct link *link)
{
	int err;

	if (!link->channel) {
		if (access(CLASS_DIR, F_OK))
			return -ENODEV;
		/* Programs that the daemon starts must not take the pages that devices write to. */
		if (ibv_fork_init())
			return -ENOSYS;
		err = ib_group_listen(link);
		if (err)
			return err;
	}
	ib_devices_scan(link);
	return 0;
}

static void on_scan(uv_timer_t *timer)
{
	ib_look(timer->data);
}

static void on_closed(uv_handle_t *handle)
{
	ib_gone(handle->data);
}

/**
 * ib_drive_start() - begin to do what rails want
 * @link: without a timer yet
 */
void ib_drive_start(struct link *link)
{
	rails_init(&link->rails, RAILS_MAX, uv_hrtime());
	uv_timer_init(link->loop, &link->timer);
	uv_timer_init(link->loop, &link->scan);
	uv_idle_init(link->loop, &link->more);
	link->timer.data = link;
	link->scan.data = link;
	link->more.data = link;
	link->live += 3;
	uv_timer_start(&link->scan, on_scan, SCAN_MS, SCAN_MS);
}

/**
 * ib_drive_stop() - do no more
 * @link: which ends
 */
void ib_drive_stop(struct link *link)
{
	uv_close((uv_handle_t *)&link->timer, on_closed);
	uv_close((uv_handle_t *)&link->scan, on_closed);
	uv_close((uv_handle_t *)&link->more, on_closed);
}
