// SPDX-License-Identifier: GPL-2.0
/*
 * What every worker does between operations, and random numbers.
 */
#include <ctype.h>
#include <grp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "fuzz.h"

struct shared *shared;

uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

/**
 * next_op() - begin the next operation
 * @c: worker
 *
 * Return: false if it is to stop.
 */
bool next_op(struct ctx *c)
{
	uint64_t now = now_ns();

	atomic_store(&c->w->busy_since_ns, 0);
	while (c->w->privileged && atomic_load(&shared->hold) && !atomic_load(&shared->stop)) {
		atomic_store(&c->w->held, true);
		usleep(5000);
		now = now_ns();
	}
	atomic_store(&c->w->held, false);
	if (atomic_load(&shared->stop) || (c->end && c->n >= c->end))
		return false;
	rng_seed(&c->rng, shared->seed, c->w - shared->worker, c->n);
	atomic_store(&c->w->n, c->n++);
	atomic_store(&c->w->busy_since_ns, now);
	return true;
}

/**
 * remember() - keep what is about to be done
 * @c: worker
 * @what: in a word
 * @data: what is passed to the kernel
 * @len: its length
 */
void remember(struct ctx *c, const char *what, const void *data, size_t len)
{
	struct remembered *r = &c->w->last[atomic_load(&c->w->n) % REMEMBERED];

	r->n = atomic_load(&c->w->n);
	r->len = len;
	snprintf(r->what, sizeof(r->what), "%s", what);
	if (len)
		memcpy(r->data, data, len < sizeof(r->data) ? len : sizeof(r->data));
}

void count(struct ctx *c, unsigned int sub, int outcome)
{
	if (sub >= SUBS_MAX || outcome < 0 || outcome >= OUTCOMES)
		abort();
	c->w->count[sub][outcome]++;
}

/**
 * count_text() - count the words of a refusal, so that it shows how deep requests get
 * @c: worker
 * @sub: command
 * @text: from the kernel; quoted names are left out
 */
void count_text(struct ctx *c, unsigned int sub, const char *text)
{
	char plain[sizeof(c->w->texts[0].text)];
	uint32_t hash = 5381 + sub, i;
	struct text_count *t;
	size_t len = 0;

	for (; *text && len + 1 < sizeof(plain); text++) {
		char was = len ? plain[len - 1] : ' ';

		if (isdigit((unsigned char)*text)) {
			if (was != '#')
				plain[len++] = '#';
		} else if (*text == '\'' && was == ' ' && strchr(text + 1, '\'')) {
			plain[len++] = '*';
			text = strrchr(text, '\'');
		} else {
			plain[len++] = *text;
		}
	}
	plain[len] = '\0';
	for (i = 0; i < len; i++)
		hash = hash * 33 + plain[i];
	for (i = 0; i < TEXTS_MAX; i++) {
		t = &c->w->texts[(hash + i) % TEXTS_MAX];
		if (!t->count) {
			t->hash = hash;
			t->sub = sub;
			strcpy(t->text, plain);
		}
		if (t->hash == hash && t->sub == sub) {
			t->count++;
			return;
		}
	}
}

/* Something that must not be, in a line of its own; the parent ends the run. */
void violation(const char *format, ...)
{
	char text[300];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	dprintf(STDOUT_FILENO, "FAIL  %s\n", text);
	if (!atomic_fetch_add(&shared->violations, 1))
		memcpy(shared->violation, text, sizeof(text));
}

void pool_add(struct pool *p, uint64_t id)
{
	atomic_store(&p->id[atomic_fetch_add(&p->next, 1) % POOL_MAX], id);
}

/* Gives up all privilege, for good; uid 0 keeps it. */
void become(uid_t uid)
{
	if (uid && (setgroups(0, NULL) || setresgid(uid, uid, uid) || setresuid(uid, uid, uid))) {
		perror("fuzz: setresuid");
		_exit(1);
	}
	/* A change of user clears this, and makes /proc/self root's. */
	prctl(PR_SET_DUMPABLE, 1);
	prctl(PR_SET_PDEATHSIG, 9);
}

/* --- random numbers: splitmix64 --- */

static uint64_t mix(uint64_t x)
{
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
	return x ^ (x >> 31);
}

void rng_seed(struct rng *r, uint64_t seed, uint64_t stream, uint64_t n)
{
	r->state = mix(seed + mix(stream + 1) + mix(n * 0x9e3779b97f4a7c15ULL + stream));
}

uint64_t rnd(struct rng *r)
{
	r->state += 0x9e3779b97f4a7c15ULL;
	return mix(r->state);
}

uint32_t below(struct rng *r, uint32_t n)
{
	return (rnd(r) >> 32) * n >> 32;
}

bool one_in(struct rng *r, uint32_t n)
{
	return !below(r, n);
}

/* Around a power of two, mostly, or anything. */
uint64_t edge(struct rng *r)
{
	uint64_t power = 1ULL << below(r, 64);

	switch (below(r, 6)) {
	case 0:
		return power;
	case 1:
		return power - 1;
	case 2:
		return -power;
	case 3:
		return below(r, 20);
	case 4:
		return rnd(r) >> below(r, 64);
	default:
		return UINT64_MAX - below(r, 4);
	}
}

/* In the range: an end of it, near the lower one, or of any magnitude; of signed ones as well. */
uint64_t between(struct rng *r, uint64_t min, uint64_t max)
{
	uint64_t span = max - min;

	switch (below(r, 8)) {
	case 0:
		return min;
	case 1:
		return max;
	case 2:
	case 3:
		return min + (span < 2000 ? below(r, span + 1) : below(r, 2000));
	default:
		return min + (span ? (rnd(r) >> below(r, 64)) % (span + 1 ? span + 1 : span) : 0);
	}
}

uint64_t pool_pick(struct rng *r, struct pool *p)
{
	uint32_t nr = atomic_load(&p->next);

	if (!nr)
		return below(r, 8);
	return atomic_load(&p->id[below(r, nr < POOL_MAX ? nr : POOL_MAX)]);
}
