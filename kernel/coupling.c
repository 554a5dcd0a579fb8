// SPDX-License-Identifier: GPL-2.0
/*
 * /sys/kernel/maxwell/gpu_coupling_*: what the GPUs' heat does to the CPU price of each book.
 *
 * Takes coupling_mutex, a leaf inside mx_price_mutex; may sleep.
 */
#include <linux/kobject.h>
#include <linux/kstrtox.h>
#include <linux/mutex.h>
#include <linux/string.h>

#include "maxwell.h"
#include "coupling.h"

/* "65535000 " for each point, and some room for a generous use of spaces. */
#define TEXT_MAX 256

/* A table, its file, and the values as they were written. */
struct coupling_attribute {
	struct kobj_attribute attr;
	struct mx_coupling coupling;
	u32 permille[MX_COUPLING_POINTS];
};

static DEFINE_MUTEX(coupling_mutex);

static ssize_t coupling_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	struct coupling_attribute *t = container_of(attr, struct coupling_attribute, attr);
	int len = 0, i;

	mutex_lock(&coupling_mutex);
	for (i = 0; i < MX_COUPLING_POINTS; i++)
		len += sysfs_emit_at(buf, len, "%u%c", t->permille[i],
				     i < MX_COUPLING_POINTS - 1 ? ' ' : '\n');
	mutex_unlock(&coupling_mutex);
	return len;
}

/* Sixteen numbers, with space between them. */
static int parse(const char *buf, u32 *permille)
{
	char text[TEXT_MAX], *rest = text, *word;
	int nr = 0, ret;

	if (strscpy(text, buf) < 0)
		return -EINVAL;
	while ((word = strsep(&rest, " \t\n"))) {
		if (!*word)
			continue;
		if (nr == MX_COUPLING_POINTS)
			return -EINVAL;
		ret = kstrtou32(word, 0, &permille[nr++]);
		if (ret)
			return ret;
	}
	return nr == MX_COUPLING_POINTS ? 0 : -EINVAL;
}

static ssize_t coupling_store(struct kobject *kobj, struct kobj_attribute *attr, const char *buf,
			      size_t count)
{
	struct coupling_attribute *t = container_of(attr, struct coupling_attribute, attr);
	u32 permille[MX_COUPLING_POINTS];
	struct mx_coupling coupling;
	int ret;

	ret = parse(buf, permille);
	if (ret)
		return ret;
	if (!mx_coupling_set(&coupling, permille))
		return -ERANGE;
	mutex_lock(&coupling_mutex);
	t->coupling = coupling;
	memcpy(t->permille, permille, sizeof(permille));
	mutex_unlock(&coupling_mutex);
	mx_pricing_update();
	return count;
}

#define MX_UNPACK(...) __VA_ARGS__
#define MX_TABLE(_name, _permille, _doc)                                         \
	static struct coupling_attribute _name##_attr = {                               \
		.attr = __ATTR(_name, 0644, coupling_show, coupling_store),             \
		.permille = { MX_UNPACK _permille },                                    \
	};
MX_COUPLINGS(MX_TABLE)
#undef MX_TABLE

static struct coupling_attribute *const tables[MX_BOOKS] = {
#define MX_LIST(_name, _permille, _doc) &_name##_attr,
	MX_COUPLINGS(MX_LIST)
#undef MX_LIST
};

static struct attribute *attributes[] = {
#define MX_LIST(_name, _permille, _doc) &_name##_attr.attr.attr,
	MX_COUPLINGS(MX_LIST)
#undef MX_LIST
	NULL,
};

const struct attribute_group mx_coupling_group = {
	.attrs = attributes,
};

/**
 * mx_couplings_get() - copy the tables
 * @coupling: written, by enum mx_book_id
 */
void mx_couplings_get(struct mx_coupling coupling[MX_BOOKS])
{
	int book;

	mutex_lock(&coupling_mutex);
	for (book = 0; book < MX_BOOKS; book++)
		coupling[book] = tables[book]->coupling;
	mutex_unlock(&coupling_mutex);
}

/**
 * mx_couplings_init() - put the default tables into force
 *
 * Return: 0, or -EINVAL if these are no good.
 */
int mx_couplings_init(void)
{
	int book;

	for (book = 0; book < MX_BOOKS; book++) {
		if (!mx_coupling_set(&tables[book]->coupling, tables[book]->permille))
			return -EINVAL;
	}
	return 0;
}
