/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Made-up trees of sysfs for the tests of the sensors: a directory of its own for each case. Paths
 * below it begin without a slash.
 */
#ifndef SENSOR_TREE_H
#define SENSOR_TREE_H

#include <ftw.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness.h"

#define TREE_PATH_MAX 640

/**
 * struct tree - a directory
 * @root: where
 */
struct tree {
	char root[64];
};

static inline void tree_create(struct tree *tree)
{
	strcpy(tree->root, "/tmp/sensors-XXXXXX");
	CHECK(mkdtemp(tree->root), "no directory");
}

static inline int tree_unlink(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static inline void tree_destroy(const struct tree *tree)
{
	nftw(tree->root, tree_unlink, 16, FTW_DEPTH | FTW_PHYS);
}

/* Makes the directories that lead to it as well. */
static inline void tree_path(const struct tree *tree, const char *path, char full[TREE_PATH_MAX])
{
	char *slash;

	CHECK(snprintf(full, TREE_PATH_MAX, "%s/%s", tree->root, path) < TREE_PATH_MAX, "too long");
	for (slash = full + strlen(tree->root) + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		mkdir(full, 0777);
		*slash = '/';
	}
}

static inline void tree_bytes(const struct tree *tree, const char *path, const void *bytes,
			      size_t len)
{
	char full[TREE_PATH_MAX], part[TREE_PATH_MAX + 8];
	FILE *file;

	tree_path(tree, path, full);
	snprintf(part, sizeof(part), "%s.part", full);
	file = fopen(part, "w");
	CHECK(file, "%s cannot be written", part);
	CHECK_EQ(fwrite(bytes, 1, len, file), len);
	CHECK(!fclose(file) && !rename(part, full), "%s cannot be written", full);
}

__attribute__((format(printf, 3, 4)))
static inline void tree_put(const struct tree *tree, const char *path, const char *format, ...)
{
	char text[4096];
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	tree_bytes(tree, path, text, len);
}

static inline void tree_directory(const struct tree *tree, const char *path)
{
	char full[TREE_PATH_MAX];

	tree_path(tree, path, full);
	CHECK(!mkdir(full, 0777), "%s cannot be made", full);
}

static inline void tree_link(const struct tree *tree, const char *path, const char *target)
{
	char full[TREE_PATH_MAX];

	tree_path(tree, path, full);
	CHECK(!symlink(target, full), "%s cannot be made", full);
}

static inline void tree_remove(const struct tree *tree, const char *path)
{
	char full[TREE_PATH_MAX];

	tree_path(tree, path, full);
	CHECK(!nftw(full, tree_unlink, 16, FTW_DEPTH | FTW_PHYS), "%s cannot be removed", full);
}

#endif /* SENSOR_TREE_H */
