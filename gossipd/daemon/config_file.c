// SPDX-License-Identifier: GPL-2.0
/*
 * What the readers of files share: the file itself, errors, and a guess at what was meant.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config_keys.h"

#define WORD_MAX 48

/**
 * config_error - take note of an error
 * @errors: where
 * @format: text, as for printf(); what does not fit is cut
 */
void config_error(struct config_errors *errors, const char *format, ...)
{
	va_list args;

	if (errors->nr == CONFIG_ERRORS_MAX) {
		errors->dropped++;
		return;
	}
	va_start(args, format);
	vsnprintf(errors->text[errors->nr], sizeof(errors->text[0]), format, args);
	va_end(args);
	errors->nr++;
}

static int read_all(int fd, size_t max, char **text, size_t *len)
{
	/* One byte more shows that there is too much. */
	char *bytes = malloc(max + 1);
	ssize_t got;

	*len = 0;
	if (!bytes)
		return -ENOMEM;
	do {
		got = read(fd, bytes + *len, max + 1 - *len);
		if (got > 0)
			*len += (size_t)got;
	} while ((got > 0 && *len <= max) || (got < 0 && errno == EINTR));
	if (got < 0 || *len > max) {
		got = got < 0 ? -errno : -EFBIG;
		free(bytes);
		return (int)got;
	}
	*text = bytes;
	return 0;
}

/**
 * config_read_file - a whole file
 * @path: regular file
 * @max: bytes at most
 * @text: its bytes, to be given to free(); no zero behind them
 * @len: how many
 * @errors: why not, is added to them
 *
 * Return: 0 or a negative error
 */
int config_read_file(const char *path, size_t max, char **text, size_t *len,
		     struct config_errors *errors)
{
	/* A FIFO must not keep us waiting. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	int ret;

	if (fd < 0) {
		ret = -errno;
		config_error(errors, "%s: %s", path, strerror(-ret));
		return ret;
	}
	if (fstat(fd, &st))
		ret = -errno;
	else if (!S_ISREG(st.st_mode))
		ret = -EINVAL;
	else
		ret = read_all(fd, max, text, len);
	close(fd);
	if (ret == -EFBIG)
		config_error(errors, "%s: more than the %zu bytes that are allowed", path, max);
	else if (ret == -EINVAL)
		config_error(errors, "%s: not a regular file", path);
	else if (ret)
		config_error(errors, "%s: %s", path, strerror(-ret));
	return ret;
}

/* Letters to change, add, leave out, without regard to case (Levenshtein). */
static size_t distance(const char *a, const char *b)
{
	size_t row[WORD_MAX + 1], len = strlen(b), i, j;

	for (j = 0; j <= len; j++)
		row[j] = j;
	for (i = 0; a[i]; i++) {
		size_t corner = row[0];

		row[0] = i + 1;
		for (j = 0; j < len; j++) {
			size_t above = row[j + 1], best = corner;

			if (tolower((unsigned char)a[i]) != tolower((unsigned char)b[j]))
				best = 1 + corner;
			if (best > 1 + above)
				best = 1 + above;
			if (best > 1 + row[j])
				best = 1 + row[j];
			corner = above;
			row[j + 1] = best;
		}
	}
	return row[len];
}

/**
 * config_nearest - what may have been meant
 * @word: what is there
 * @name: gives the names by their index, an empty one for none, NULL at the end
 * @ctx: given to @name
 *
 * Return: the name that is closest, NULL if none is close
 */
const char *config_nearest(const char *word, const char *(*name)(size_t index, const void *ctx),
			   const void *ctx)
{
	const char *best = NULL, *candidate;
	size_t least = 1 + strlen(word) / 3, i;

	if (strlen(word) > WORD_MAX)
		return NULL;
	for (i = 0; (candidate = name(i, ctx)); i++) {
		size_t d;

		if (!*candidate || strlen(candidate) > WORD_MAX)
			continue;
		d = distance(word, candidate);
		if (d <= least) {
			/* A later one has to be closer. */
			best = candidate;
			least = d - (d ? 1 : 0);
		}
	}
	return best;
}
