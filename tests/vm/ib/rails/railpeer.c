// SPDX-License-Identifier: GPL-2.0
/*
 * The plug-in for InfiniBand by itself, without the daemon around it: sends numbers to the group,
 * or writes down which of them come, for tests/vm/ib/test_rails.py.
 *
 * Usage: railpeer PLUGIN receive
 *	  railpeer PLUGIN send COUNT INTERVAL_MS [urgent]
 * On standard output: "up NS" and "down NS" as the link comes and goes; "sent NS NUMBER" and
 * "heard NS NUMBER" (NS: the monotonic clock); "rail NAME STATE" and "rail NAME COUNTER VALUE" of
 * all rails at the end, which is after the last number or SIGTERM. A sender begins with SIGUSR1.
 */
#include <arpa/inet.h>
#include <dlfcn.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "link.h"

#define GROUP "239.77.1.3"
#define BUFFERS 512
/* What is sent is as long as a datagram with a beacon. */
#define BYTES 128
/* For what is on its way. */
#define LINGER_MS 500

static const struct link_ops *ops;
static struct link *ib;
static uv_loop_t *loop;
static uv_timer_t timer;
static uv_signal_t begin, end;
static uint64_t count, interval_ms, next_number;
static bool urgent;

static uint64_t random_bits(void *ctx)
{
	uint64_t bits = 0;

	(void)ctx;
	if (getrandom(&bits, sizeof(bits), 0) != sizeof(bits))
		abort();
	return bits;
}

static void receive(void *ctx, const struct gossip_addr *from, uint8_t *bytes, size_t len)
{
	uint64_t number;

	(void)ctx;
	(void)from;
	if (len != BYTES)
		return;
	memcpy(&number, bytes, sizeof(number));
	printf("heard %" PRIu64 " %" PRIu64 "\n", uv_hrtime(), number);
}

static void drained(void *ctx)
{
	(void)ctx;
}

static void changed(void *ctx, bool up)
{
	(void)ctx;
	printf("%s %" PRIu64 "\n", up ? "up" : "down", uv_hrtime());
	fflush(stdout);
}

static void tell(void *ctx, enum link_log level, const char *text)
{
	(void)ctx;
	(void)level;
	fprintf(stderr, "%" PRIu64 " %s\n", uv_hrtime(), text);
}

static void finish(uv_signal_t *signal, int number)
{
	struct link_state state;

	(void)signal;
	(void)number;
	ops->get_state(ib, &state);
	for (size_t i = 0; i < state.nr_rails; i++) {
		const struct link_rail *rail = &state.rail[i];

		printf("rail %s %s\n", rail->name, link_rail_state_names[rail->state]);
		for (size_t counter = 0; counter < LINK_COUNTERS; counter++)
			printf("rail %s %s %" PRIu64 "\n", rail->name, link_counter_names[counter],
			       rail->counters[counter]);
	}
	printf("failovers %" PRIu64 "\n", state.failovers);
	uv_close((uv_handle_t *)&timer, NULL);
	uv_close((uv_handle_t *)&begin, NULL);
	uv_close((uv_handle_t *)&end, NULL);
	ops->close(ib);
}

static void on_late(uv_timer_t *handle)
{
	(void)handle;
	finish(NULL, 0);
}

static void on_timer(uv_timer_t *handle)
{
	uint8_t bytes[BYTES] = { 0 };

	if (next_number == count) {
		uv_timer_start(handle, on_late, LINGER_MS, 0);
		return;
	}
	memcpy(bytes, &next_number, sizeof(next_number));
	printf("sent %" PRIu64 " %" PRIu64 "\n", uv_hrtime(), next_number++);
	ops->send(ib, GOSSIP_MULTICAST, NULL, urgent, bytes, sizeof(bytes));
}

static void on_begin(uv_signal_t *signal, int number)
{
	(void)signal;
	(void)number;
	uv_timer_start(&timer, on_timer, interval_ms, interval_ms);
}

static int use(const char *path)
{
	void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);

	ops = library ? dlsym(library, LINK_SYMBOL) : NULL;
	if (ops && ops->abi == LINK_ABI)
		return 0;
	fprintf(stderr, "railpeer: %s\n", library ? "another version" : dlerror());
	return -1;
}

int main(int argc, char **argv)
{
	struct config_infiniband config = {
		.enable = CONFIG_INFINIBAND_YES, .buffers = BUFFERS,
		.group4.in.sin_family = AF_INET,
	};
	const struct link_user user = {
		.receive = receive, .drained = drained, .changed = changed, .log = tell,
		.random = random_bits,
	};

	if (argc < 3 || use(argv[1]))
		return 1;
	if (argc >= 5 && !strcmp(argv[2], "send")) {
		count = strtoull(argv[3], NULL, 10);
		interval_ms = strtoull(argv[4], NULL, 10);
		urgent = argc > 5;
	}
	inet_pton(AF_INET, GROUP, &config.group4.in.sin_addr);
	loop = uv_default_loop();
	uv_timer_init(loop, &timer);
	uv_signal_init(loop, &begin);
	uv_signal_init(loop, &end);
	uv_signal_start(&begin, on_begin, SIGUSR1);
	uv_signal_start(&end, finish, SIGTERM);
	if (ops->open(&ib, loop, &config, &user)) {
		fputs("railpeer: no InfiniBand\n", stderr);
		return 1;
	}
	return uv_run(loop, UV_RUN_DEFAULT);
}
