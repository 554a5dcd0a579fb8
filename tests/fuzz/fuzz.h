/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the parts of the fuzzer share. main.c starts one process for each worker, which do one
 * operation after another until they are told to stop, and watches over them.
 *
 * What operation n of a worker does follows from the seed, the worker and n alone, but for ids that
 * are in use at that time: a single worker can be replayed from any operation on.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define NOBODY 65534
#define SOMEBODY 1000
#define SCHED_EXT_POLICY 7

#define WORKERS_MAX 16
#define SUBS_MAX 64
#define TEXTS_MAX 256
#define REMEMBERED 16
#define REMEMBERED_BYTES 232
#define POOL_MAX 64

/* Outcomes that are no errno. */
enum {
	OUT_OK,
	OUT_SILENCE = 140,	/* no answer to a message */
	OUT_IGNORED,		/* acknowledged, but no request to the family */
	OUT_NOTIFIED,		/* of a command: messages that came unasked */
	OUT_TAKEN,		/* of ring entries: the kernel's counters */
	OUT_REFUSED,
	OUT_INVALID,
	OUT_OVERRUN,
	OUTCOMES,
};

struct rng {
	uint64_t state;
};

/* An operation, for the log when something goes wrong. */
struct remembered {
	uint64_t n;
	uint32_t len; /* may be more than is kept */
	char what[20];
	unsigned char data[REMEMBERED_BYTES];
};

/* A refusal's words, with digits squeezed. */
struct text_count {
	uint64_t count;
	uint32_t hash;
	uint8_t sub;
	char text[115];
};

/**
 * struct worker - what a worker and the parent share
 * @name: kind of worker and user
 * @pid: its process
 * @privileged: it runs as root
 * @n: operation under way
 * @messages: netlink messages, ring entries, and other operations, as the kind of worker has it
 * @busy_since_ns: when the operation began; 0 between two
 * @held: it waits, as @hold says
 * @done: it ended as it should
 * @last: the last operations, by @n
 * @count: by sub-kind and outcome
 * @texts: by hash
 */
struct worker {
	char name[16];
	pid_t pid;
	uid_t uid;
	bool privileged;
	_Atomic uint64_t n;
	_Atomic uint64_t messages;
	_Atomic uint64_t busy_since_ns;
	atomic_bool held;
	atomic_bool done;
	struct remembered last[REMEMBERED];
	uint64_t count[SUBS_MAX][OUTCOMES];
	struct text_count texts[TEXTS_MAX];
};

/* Ids of things that exist; what is in there may be gone by the time that it is used. */
struct pool {
	_Atomic uint32_t next;
	_Atomic uint64_t id[POOL_MAX];
};

struct shared {
	uint64_t seed;
	atomic_bool stop;
	atomic_bool hold; /* privileged workers are to wait */
	_Atomic uint32_t violations;
	char violation[300]; /* the first one, in words */
	pid_t canary[2]; /* root's, and SOMEBODY's: nobody may change their bids */
	struct pool pids;
	struct pool wallets;
	struct pool cgroups;
	unsigned int nr_workers;
	struct worker worker[WORKERS_MAX];
};

extern struct shared *shared;

/* A worker's own view. */
struct ctx {
	struct worker *w;
	struct rng rng;
	uint64_t n;
	uint64_t end; /* operation to stop before; 0 for none */
};

/* --- worker.c --- */

uint64_t now_ns(void);
bool next_op(struct ctx *c);
void remember(struct ctx *c, const char *what, const void *data, size_t len);
void count(struct ctx *c, unsigned int sub, int outcome);
void count_text(struct ctx *c, unsigned int sub, const char *text);
void violation(const char *format, ...) __attribute__((format(printf, 1, 2)));
void pool_add(struct pool *p, uint64_t id);
void become(uid_t uid);

uint64_t rnd(struct rng *r);
uint32_t below(struct rng *r, uint32_t n);
bool one_in(struct rng *r, uint32_t n);
uint64_t edge(struct rng *r);
uint64_t between(struct rng *r, uint64_t min, uint64_t max);
uint64_t pool_pick(struct rng *r, struct pool *p);
void rng_seed(struct rng *r, uint64_t seed, uint64_t stream, uint64_t n);

/* --- files.c --- */

#define SYS_FILES_MAX 128
#define SYS_TEXT_MAX 4096

/**
 * struct sys_file - a file below /sys/kernel/maxwell
 * @path: where it is
 * @name: the last part of it
 * @text: what it held in the beginning
 * @nr_words: numbers in that
 * @writable: by root
 */
struct sys_file {
	char path[256];
	const char *name;
	char text[SYS_TEXT_MAX];
	unsigned int nr_words;
	bool writable;
};

extern struct sys_file sys_files[SYS_FILES_MAX];
extern unsigned int nr_sys_files;

void sys_files_find(void);
void sys_file_read(const struct sys_file *f, char *text);
void sys_files_restore(void);

/* --- kinds of workers --- */

void netlink_worker(struct ctx *c);
const char *netlink_sub_name(unsigned int sub);
void sysfs_worker(struct ctx *c);
const char *sysfs_sub_name(unsigned int sub);
void device_worker(struct ctx *c, int peer);
const char *device_sub_name(unsigned int sub);

/* --- load.c: tasks in the class --- */

void load_start(void);
void load_shuffle(struct rng *r);
void load_stop(void);

/* --- cgroups.c --- */

void cgroups_make(void);
void cgroups_limit_me(void);
void cgroups_remove(void);

/* --- report.c --- */

void report_sums(void);
void report_positions(double seconds);
void report_rings(const char *why);
void report_task(pid_t pid, const char *what);

/* --- state.c: what the unprivileged must not be able to change --- */

void state_open(void);
void state_check(void);
void state_restore(void);

/* --- limits.c --- */

int limits_main(void);

#endif /* FUZZ_H */
