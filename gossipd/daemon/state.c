// SPDX-License-Identifier: GPL-2.0
/*
 * The incarnation, kept over restarts.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "state.h"

#define STATE_TEMPORARY STATE_FILE ".new"

/* FNV-1a: against torn and mistyped files, not against people. */
static uint64_t checksum(uint64_t number)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	int shift;

	for (shift = 0; shift < 64; shift += 8) {
		hash ^= number >> shift & 0xff;
		hash *= UINT64_C(0x100000001b3);
	}
	return hash;
}

/**
 * state_can_do_without() - whether a node may run though nothing can be kept
 * @err: negative errno of state_open(), state_start() or state_persist()
 *
 * Return: true if the disk is full, broken or read-only, which a hot node must survive; the clock
 *	stands in for the file.
 */
bool state_can_do_without(int err)
{
	return err == -ENOSPC || err == -EDQUOT || err == -EROFS || err == -EIO;
}

/* A disk that takes no new file can still be locked: by the file that is there, or as a whole. */
static int open_lock(int dir)
{
	int fd = openat(dir, STATE_LOCK, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd >= 0 || !state_can_do_without(-errno))
		return fd;
	fd = openat(dir, STATE_LOCK, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	return fd >= 0 ? fd : openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/**
 * state_open() - take a state directory, which nobody else has then
 * @state: filled in
 * @path: of the directory; made if its parent is there
 *
 * Return: 0; -EBUSY if another daemon has it; another negative errno.
 */
int state_open(struct state *state, const char *path)
{
	int err;

	*state = (struct state){ .dir = -1, .lock = -1 };
	/* One that is there is what counts: a disk that is read-only says so before it looks. */
	err = mkdir(path, 0700) && errno != EEXIST ? -errno : 0;
	state->dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (state->dir < 0)
		return err ? err : -errno;
	state->lock = open_lock(state->dir);
	if (state->lock < 0)
		err = -errno;
	else if (flock(state->lock, LOCK_EX | LOCK_NB))
		err = errno == EWOULDBLOCK ? -EBUSY : -errno;
	else
		return 0;
	state_close(state);
	return err;
}

/**
 * state_close() - give the directory back
 * @state: open or not
 */
void state_close(struct state *state)
{
	if (state->lock >= 0)
		close(state->lock);
	if (state->dir >= 0)
		close(state->dir);
	state->dir = -1;
	state->lock = -1;
}

static enum state_source read_number(const struct state *state, uint64_t *number)
{
	char text[128];
	uint64_t check;
	ssize_t len;
	int end = 0;
	int fd;

	fd = openat(state->dir, STATE_FILE, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return errno == ENOENT ? STATE_FIRST : STATE_CORRUPT;
	len = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (len < 0)
		return STATE_CORRUPT;
	text[len] = '\0';
	if (sscanf(text, "%" SCNu64 " %" SCNx64 "\n%n", number, &check, &end) != 2 || end != len ||
	    check != checksum(*number))
		return STATE_CORRUPT;
	return STATE_KEPT;
}

static int write_all(int fd, const char *text, size_t len)
{
	ssize_t put = write(fd, text, len);

	if (put < 0)
		return -errno;
	if ((size_t)put != len)
		return -ENOSPC;
	return fsync(fd) ? -errno : 0;
}

/* Whole or not at all: written aside, brought to the disk, and put in the old one's place. */
static int write_number(struct state *state, uint64_t number)
{
	char text[64];
	int err;
	int fd;

	fd = openat(state->dir, STATE_TEMPORARY,
		    O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -errno;
	snprintf(text, sizeof(text), "%" PRIu64 " %016" PRIx64 "\n", number, checksum(number));
	err = write_all(fd, text, strlen(text));
	if (close(fd) && !err)
		err = -errno;
	if (!err && renameat(state->dir, STATE_TEMPORARY, state->dir, STATE_FILE))
		err = -errno;
	if (!err && fsync(state->dir))
		err = -errno;
	if (!err)
		state->reserved = number;
	return err;
}

/**
 * state_start() - the incarnation of this start, on the disk already
 * @state: an open directory
 * @wall_ms: milliseconds since 1970. It counts faster than anybody can be accused, so it is above
 *	what a lost file held, unless the clock was set back.
 * @incarnation: set, also on failure
 *
 * Return: 0, or a negative errno if it could not be written.
 */
int state_start(struct state *state, uint64_t wall_ms, uint64_t *incarnation)
{
	uint64_t number = 0;

	state->source = read_number(state, &number);
	if (state->source == STATE_KEPT && number > STATE_MAX)
		state->source = STATE_CORRUPT;
	if (state->source != STATE_KEPT)
		number = 0;
	*incarnation = number + 1 > wall_ms ? number + 1 : wall_ms;
	return write_number(state, *incarnation + STATE_AHEAD);
}

/**
 * state_persist() - see to it that the next start is above this incarnation
 * @state: an open directory
 * @incarnation: which
 *
 * Return: 0, or a negative errno if it could not be written.
 */
int state_persist(struct state *state, uint64_t incarnation)
{
	if (incarnation + STATE_AHEAD / 2 <= state->reserved)
		return 0;
	return write_number(state, incarnation + STATE_AHEAD);
}
