// SPDX-License-Identifier: GPL-2.0
/*
 * Start, loop and end.
 */
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "daemon.h"
#include "log.h"
#include "text.h"

#define NSEC_PER_SEC UINT64_C(1000000000)
#define STATUS_MS 5000
/* As often as the core probes by default. */
#define PROBES_MS 1000
/* What was said at the end gets out, and whoever waits for us does not wait long. */
#define LEAVE_MS 100
/* For the thread that talks to Avahi; the system ends it otherwise. */
#define MDNS_LEAVE_MS 100

static void set_alarm(struct daemon *d)
{
	struct itimerspec at = { 0 };

	/* All zeros turn it off, which a deadline in the past must not. */
	if (d->due_ns != GOSSIP_NEVER) {
		at.it_value.tv_sec = d->due_ns / NSEC_PER_SEC;
		at.it_value.tv_nsec = d->due_ns % NSEC_PER_SEC;
		if (!d->due_ns)
			at.it_value.tv_nsec = 1;
	}
	timerfd_settime(d->alarm_fd, TFD_TIMER_ABSTIME, &at, NULL);
}

/**
 * daemon_step() - let the core do what is due, and be woken when it has more to do
 * @d: which runs; to be called after everything that happened to the core
 */
void daemon_step(struct daemon *d)
{
	d->due_ns = gossip_step(d->core, uv_hrtime());
	set_alarm(d);
}

static void on_alarm(uv_poll_t *poll, int status, int events)
{
	struct daemon *d = poll->data;
	uint64_t now_ns = uv_hrtime();
	uint64_t times;

	(void)status;
	(void)events;
	if (read(d->alarm_fd, &times, sizeof(times)) < 0)
		return;
	if (now_ns > d->due_ns && now_ns - d->due_ns > d->delay_max_ns)
		d->delay_max_ns = now_ns - d->due_ns;
	daemon_step(d);
}

static void on_datagram(void *ctx, const struct gossip_addr *from, uint8_t *bytes, size_t len)
{
	struct daemon *d = ctx;

	d->measure.received_ns = uv_hrtime();
	gossip_receive(d->core, d->measure.received_ns, from, bytes, len);
	d->measure.received_ns = 0;
}

static void on_drained(void *ctx)
{
	daemon_step(ctx);
}

static void on_link(void *ctx, bool up)
{
	struct daemon *d = ctx;

	gossip_link(d->core, uv_hrtime(), GOSSIP_LINK_IB, up);
	daemon_step(d);
}

static void on_status(uv_timer_t *timer)
{
	daemon_watch_readings(timer->data);
	daemon_status(timer->data);
}

static void on_probes(uv_timer_t *timer)
{
	struct daemon *d = timer->data;

	measure_probes(&d->measure, d->core);
}

static void on_left(uv_timer_t *timer)
{
	uv_stop(timer->loop);
}

/* Say good-bye, and end. */
static void stop(struct daemon *d)
{
	if (d->stopping)
		return;
	d->stopping = true;
	notify_stopping();
	log_info("leaving");
	gossip_leave(d->core, uv_hrtime());
	daemon_step(d);
	uv_timer_start(&d->status, on_left, LEAVE_MS, 0);
}

static void on_signal(uv_signal_t *handle, int number)
{
	struct daemon *d = handle->data;

	if (number == SIGHUP)
		daemon_reload(d);
	else if (number == SIGUSR1)
		daemon_dump(d);
	else
		stop(d);
}

static void start_signals(struct daemon *d)
{
	static const int numbers[DAEMON_SIGNALS] = { SIGTERM, SIGINT, SIGHUP, SIGUSR1 };
	size_t i;

	for (i = 0; i < DAEMON_SIGNALS; i++) {
		uv_signal_init(&d->loop, &d->signals[i]);
		d->signals[i].data = d;
		uv_signal_start(&d->signals[i], on_signal, numbers[i]);
	}
}

static int start_alarm(struct daemon *d)
{
	d->alarm_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (d->alarm_fd < 0)
		return -errno;
	d->alarm.data = d;
	uv_poll_init(&d->loop, &d->alarm, d->alarm_fd);
	return uv_poll_start(&d->alarm, UV_READABLE, on_alarm);
}

static void start_link(struct daemon *d)
{
	const struct link_user user = {
		.ctx = d, .receive = on_datagram, .drained = on_drained,
		.changed = on_link, .random = crypto_sodium_random,
	};

	daemon_start_link(d, &user);
}

static int start(struct daemon *d)
{
	const struct udp_user user = {
		.ctx = d, .receive = on_datagram, .drained = on_drained,
	};
	int err;

	err = daemon_start_trace(d);
	if (!err)
		err = daemon_start_state(d);
	if (!err)
		err = start_alarm(d);
	if (!err)
		err = daemon_start_core(d);
	if (!err)
		err = udp_open(&d->udp, &d->loop, d->config, &user);
	if (!err)
		err = daemon_start_feed(d);
	if (!err)
		err = daemon_start_sensors(d);
	if (!err)
		err = daemon_serve(d);
	if (err)
		return err;
	udp_lose(d->udp, d->options->lose_permille);
	start_link(d);
	start_signals(d);
	daemon_step(d);
	daemon_contacts_start(d);
	daemon_discover(d);
	uv_timer_start(&d->status, on_status, STATUS_MS, STATUS_MS);
	uv_timer_start(&d->probes, on_probes, PROBES_MS, PROBES_MS);
	return 0;
}

static void close_rest(uv_handle_t *handle, void *arg)
{
	(void)arg;
	if (!uv_is_closing(handle))
		uv_close(handle, NULL);
}

static void end(struct daemon *d)
{
	if (d->http)
		http_close(d->http);
	mdns_close(d->mdns, MDNS_LEAVE_MS);
	hook_stop(&d->hook);
	notify_stop(&d->notify);
	if (d->sensors)
		sensors_stop(d->sensors);
	if (d->feed)
		feed_close(d->feed);
	daemon_stop_link(d);
	if (d->udp)
		udp_close(d->udp);
	uv_walk(&d->loop, close_rest, NULL);
	/* Nothing is left that it could wait for. */
	uv_run(&d->loop, UV_RUN_DEFAULT);
	uv_loop_close(&d->loop);
	if (d->link_library)
		dlclose(d->link_library);
	if (d->core)
		gossip_destroy(d->core);
	if (d->alarm_fd >= 0)
		close(d->alarm_fd);
	state_close(&d->state);
	if (d->trace)
		fclose(d->trace);
	keys_wipe(&d->keys);
	measure_free(&d->measure);
	site_file_free(d->site);
	config_free(d->config);
}

/**
 * daemon_run() - be a daemon, until a signal ends it
 * @options: of the command line
 *
 * Return: exit status: 0, 1 if something failed, 6 (as systemd has it) if the settings are wrong.
 */
int daemon_run(const struct daemon_options *options)
{
	struct daemon *d = calloc(1, sizeof(*d));
	enum daemon_exit status;
	int err;

	if (!d || !crypto_sodium_start()) {
		log_error("out of memory, or no random numbers");
		free(d);
		return DAEMON_FAILED;
	}
	/* Before there is anything to read again or to dump, being asked to is no reason to die. */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGUSR1, SIG_IGN);
	d->options = options;
	d->alarm_fd = -1;
	d->state.dir = -1;
	d->state.lock = -1;
	d->started_ns = uv_hrtime();
	if (daemon_load(options, &d->config, &d->site)) {
		free(d);
		return DAEMON_NOT_CONFIGURED;
	}
	log_setup(d->config->log.level, d->config->log.target, d->config->log.burst_per_s);
	err = uv_loop_init(&d->loop);
	if (err) {
		log_error("cannot start: %s", uv_strerror(err));
		site_file_free(d->site);
		config_free(d->config);
		free(d);
		return DAEMON_FAILED;
	}
	uv_timer_init(&d->loop, &d->contacts);
	uv_timer_init(&d->loop, &d->status);
	uv_timer_init(&d->loop, &d->probes);
	d->probes.data = d;
	d->status.data = d;
	hook_init(&d->hook, &d->loop);
	notify_start(&d->notify, &d->loop);
	status = DAEMON_FAILED;
	if (!start(d)) {
		status = DAEMON_ENDED;
		log_info("version " MAXWELL_VERSION " runs, incarnation %llu",
			 (unsigned long long)d->incarnation);
		daemon_status(d);
		notify_ready();
		uv_run(&d->loop, UV_RUN_DEFAULT);
	} else if (d->misconfigured) {
		status = DAEMON_NOT_CONFIGURED;
	}
	end(d);
	free(d);
	return status;
}
