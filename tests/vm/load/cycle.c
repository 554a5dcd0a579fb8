// SPDX-License-Identifier: GPL-2.0
/*
 * Detaches and attaches the class that maxctl attached, COUNT times, by its link alone: a tenth of
 * a second each, where loading the glue anew would take most of a second. Ends attached, with the
 * link pinned as before.
 *
 *	cycle COUNT
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/bpf.h>

#define PIN "/sys/fs/bpf/maxwell/link"
#define STATE "/sys/kernel/sched_ext/state"

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static int bpf(enum bpf_cmd cmd, union bpf_attr *attr)
{
	return syscall(SYS_bpf, cmd, attr, sizeof(*attr));
}

static int open_pin(void)
{
	union bpf_attr attr = { .pathname = (uintptr_t)PIN };
	int fd = bpf(BPF_OBJ_GET, &attr);

	if (fd < 0)
		fail("cycle: " PIN);
	return fd;
}

/* The struct_ops map behind the link: the glue, loaded. */
static int open_map(int link)
{
	struct bpf_link_info info = { 0 };
	union bpf_attr attr = { .info = { .bpf_fd = link, .info_len = sizeof(info),
					  .info = (uintptr_t)&info } };
	union bpf_attr by_id = { 0 };
	int fd;

	if (bpf(BPF_OBJ_GET_INFO_BY_FD, &attr))
		fail("cycle: info of the link");
	by_id.map_id = info.struct_ops.map_id;
	fd = bpf(BPF_MAP_GET_FD_BY_ID, &by_id);
	if (fd < 0)
		fail("cycle: map of the link");
	return fd;
}

static void expect_state(const char *wanted)
{
	char state[32];
	int tries;

	for (tries = 0; tries < 500; tries++) {
		FILE *file = fopen(STATE, "r");

		if (!file || fscanf(file, "%31s", state) != 1)
			fail("cycle: " STATE);
		fclose(file);
		if (!strcmp(state, wanted))
			return;
		usleep(10000);
	}
	fprintf(stderr, "cycle: sched_ext is %s, not %s\n", state, wanted);
	exit(1);
}

static void detach(int link)
{
	union bpf_attr attr = { .link_detach = { .link_fd = link } };

	if (bpf(BPF_LINK_DETACH, &attr))
		fail("cycle: detach");
	close(link);
	expect_state("disabled");
}

static int attach(int map)
{
	union bpf_attr attr = { .link_create = { .prog_fd = map, .attach_type = BPF_STRUCT_OPS } };
	int link = bpf(BPF_LINK_CREATE, &attr);

	if (link < 0)
		fail("cycle: attach");
	expect_state("enabled");
	return link;
}

int main(int argc, char **argv)
{
	int count = argc == 2 ? atoi(argv[1]) : 0;
	union bpf_attr pin = { .pathname = (uintptr_t)PIN };
	int link, map;

	if (count < 1) {
		fprintf(stderr, "usage: cycle COUNT\n");
		return 1;
	}
	link = open_pin();
	map = open_map(link);
	if (unlink(PIN))
		fail("cycle: unlink");
	while (count--) {
		detach(link);
		link = attach(map);
		/* From nothing to ten ticks. */
		usleep(rand() % 40000);
	}
	pin.bpf_fd = link;
	if (bpf(BPF_OBJ_PIN, &pin))
		fail("cycle: pin");
	return 0;
}
