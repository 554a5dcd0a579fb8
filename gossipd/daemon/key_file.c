// SPDX-License-Identifier: GPL-2.0
/*
 * Files of keys: who may have had a hand in them is looked at before what is in them, and one that
 * is written is there as a whole or not at all.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keys.h"

/* Nobody but the owner may write. A secret is read by no others, but maybe by a daemon's group. */
#define FORBIDDEN_MODE 0022
#define FORBIDDEN_SECRET_MODE 0037

static bool fail(struct keys_error *error, const char *path, const char *why)
{
	snprintf(error->text, sizeof(error->text), "%s: %s", path, why);
	return false;
}

static bool file_right(int fd, const char *path, bool secret, struct stat *st,
		       struct keys_error *error)
{
	if (fstat(fd, st))
		return fail(error, path, strerror(errno));
	if (!S_ISREG(st->st_mode))
		return fail(error, path, "not a file");
	if (st->st_uid && st->st_uid != geteuid())
		return fail(error, path, "the owner is neither root nor who runs this");
	if (st->st_mode & FORBIDDEN_MODE)
		return fail(error, path, "others may write to it: chmod go-w");
	if (secret && st->st_mode & FORBIDDEN_SECRET_MODE)
		return fail(error, path, "others may read it: chmod o=");
	if (st->st_size > KEYS_FILE_BYTES)
		return fail(error, path, "too long for a file of keys");
	return true;
}

/* As much as there is, and not more than fits. */
static bool read_all(int fd, char text[KEYS_FILE_BYTES], size_t *len)
{
	ssize_t got;

	for (*len = 0; *len < KEYS_FILE_BYTES; *len += (size_t)got) {
		got = read(fd, text + *len, KEYS_FILE_BYTES - *len);
		if (got < 0 && errno == EINTR)
			got = 0;
		else if (got <= 0)
			return !got;
	}
	return true;
}

/* Also what it takes to make another one like it. */
static bool read_file(const char *path, bool secret, char text[KEYS_FILE_BYTES], size_t *len,
		      struct stat *st, struct keys_error *error)
{
	/* A FIFO must not hold it up. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	bool ok;

	if (fd < 0)
		return fail(error, path, strerror(errno));
	ok = file_right(fd, path, secret, st, error);
	if (ok && !read_all(fd, text, len))
		ok = fail(error, path, strerror(errno));
	close(fd);
	return ok;
}

/**
 * keys_read_file() - read a file of keys, if nobody else may have written it
 * @path: its name
 * @secret: and if nobody else may read it
 * @text: written; to be wiped by the caller, whatever is returned
 * @len: written
 * @error: written if it fails
 */
bool keys_read_file(const char *path, bool secret, char text[KEYS_FILE_BYTES], size_t *len,
		    struct keys_error *error)
{
	struct stat st;

	return read_file(path, secret, text, len, &st, error);
}

static bool write_all(int fd, const char *text, size_t len)
{
	ssize_t put;

	for (; len; text += put, len -= (size_t)put) {
		put = write(fd, text, len);
		if (put < 0 && errno == EINTR)
			put = 0;
		else if (put < 0)
			return false;
	}
	return !fsync(fd);
}

/* A name that is not on the disk yet may be gone after a power failure, with the old one. */
static bool sync_directory(const char *path)
{
	char dir[PATH_MAX] = ".";
	const char *slash = strrchr(path, '/');
	int fd;
	bool ok;

	if (slash)
		snprintf(dir, sizeof(dir), "%.*s", (int)(slash - path + 1), path);
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return false;
	ok = !fsync(fd);
	close(fd);
	return ok;
}

/* Whether a change could be: @rc is what it has returned. */
static bool changed(int rc, const char *path, bool there, struct keys_error *error)
{
	if (!there && rc)
		return fail(error, path, strerror(ENOENT));
	if (rc == SEAL_ID_TAKEN)
		return fail(error, path, "there is a next key already: rotate to it first");
	return !rc || fail(error, path, "there is no such key to change");
}

/* What comes in the file's place: with its owner and mode, so that who could read it still can. */
static bool fill_new(int fd, const char *path, int (*change)(struct seal_keyring *ring),
		     struct keys_error *error)
{
	struct seal_keyring ring = { 0 };
	struct keys_error why;
	char text[KEYS_FILE_BYTES];
	struct stat st = { 0 };
	size_t len = 0;
	bool there = !access(path, F_OK), ok = true;

	if (there) {
		ok = read_file(path, true, text, &len, &st, error);
		if (ok && !keys_parse_ring(text, len, &ring, &why))
			ok = fail(error, path, why.text);
	}
	if (ok)
		ok = changed(change(&ring), path, there, error);
	if (ok) {
		len = keys_print_ring(&ring, text);
		/* Who may read it first: that is to be on the disk as well. */
		if ((there && (fchown(fd, st.st_uid, st.st_gid) ||
			       fchmod(fd, st.st_mode & 0640))) ||
		    !write_all(fd, text, len))
			ok = fail(error, path, strerror(errno));
	}
	sodium_memzero(text, sizeof(text));
	sodium_memzero(&ring, sizeof(ring));
	return ok;
}

/**
 * keys_change_ring() - change a file of a zone's keys, or make it
 * @path: its name; with ".new" behind it is the one that takes its place, which also keeps two that
 *	do this at once apart
 * @change: changes them, from none if there is no file; what it returns is 0, or else nothing is
 *	written
 * @error: written if it fails
 *
 * Comments that were in it are lost. Who reads the file sees the old one or the new one.
 */
bool keys_change_ring(const char *path, int (*change)(struct seal_keyring *ring),
		      struct keys_error *error)
{
	char name[PATH_MAX];
	bool ok;
	int fd;

	if (snprintf(name, sizeof(name), "%s.new", path) >= (int)sizeof(name))
		return fail(error, path, strerror(ENAMETOOLONG));
	fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return fail(error, name, strerror(errno));
	ok = fill_new(fd, path, change, error);
	if (close(fd) && ok)
		ok = fail(error, path, strerror(errno));
	if (ok && rename(name, path))
		ok = fail(error, path, strerror(errno));
	if (!ok)
		unlink(name);
	else if (!sync_directory(path))
		ok = fail(error, path, strerror(errno));
	return ok;
}
