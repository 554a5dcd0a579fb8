// SPDX-License-Identifier: GPL-2.0
/*
 * /sys/kernel/maxwell/: one file for each tunable of tunables.h, the coupling tables, the version.
 *
 * Takes tune_mutex, and inside it mx_price_mutex or mx_wallet_mutex; may sleep.
 */
#include <linux/kobject.h>
#include <linux/kstrtox.h>
#include <linux/mutex.h>
#include <linux/sysfs.h>

#include "maxwell.h"
#include "coupling.h"

struct mx_tunables mx_tunables = {
#define MX_DEFAULT(name, dflt, lo, hi, unit, doc) .name = (dflt),
	MAXWELL_TUNABLES(MX_DEFAULT)
#undef MX_DEFAULT
};

/* A tunable's file: where its value is, and what it may be. */
struct tunable_attribute {
	struct kobj_attribute attr;
	u32 *value;
	u32 min;
	u32 max;
};

static DEFINE_MUTEX(tune_mutex);
static struct kobject *kobj;

static ssize_t tunable_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	struct tunable_attribute *t = container_of(attr, struct tunable_attribute, attr);

	return sysfs_emit(buf, "%u\n", READ_ONCE(*t->value));
}

static ssize_t tunable_store(struct kobject *kobj, struct kobj_attribute *attr, const char *buf,
			     size_t count)
{
	struct tunable_attribute *t = container_of(attr, struct tunable_attribute, attr);
	u32 value;
	int ret;

	ret = kstrtou32(buf, 0, &value);
	if (ret)
		return ret;
	if (value < t->min || value > t->max)
		return -ERANGE;
	mutex_lock(&tune_mutex);
	WRITE_ONCE(*t->value, value);
	mx_pricing_refresh();
	mx_accounts_refresh();
	mutex_unlock(&tune_mutex);
	return count;
}

static ssize_t version_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", MAXWELL_VERSION);
}

static struct kobj_attribute version_attr = __ATTR_RO(version);

#define MX_ATTRIBUTE(_name, dflt, lo, hi, unit, doc)                                    \
	static_assert((dflt) >= (lo) && (dflt) <= (hi));                                \
	static struct tunable_attribute _name##_attr = {                                \
		.attr = __ATTR(_name, 0644, tunable_show, tunable_store),               \
		.value = &mx_tunables._name,                                            \
		.min = (lo),                                                            \
		.max = (hi),                                                            \
	};
MAXWELL_TUNABLES(MX_ATTRIBUTE)
#undef MX_ATTRIBUTE

static struct attribute *attributes[] = {
	&version_attr.attr,
#define MX_LIST(_name, dflt, lo, hi, unit, doc) &_name##_attr.attr.attr,
	MAXWELL_TUNABLES(MX_LIST)
#undef MX_LIST
	NULL,
};

static const struct attribute_group group = {
	.attrs = attributes,
};

static const struct attribute_group *groups[] = {
	&group,
	&mx_coupling_group,
	NULL,
};

/**
 * mx_sysfs_register() - make the files
 *
 * Return: 0 or a negative errno; nothing is left behind then.
 */
int mx_sysfs_register(void)
{
	int ret;

	kobj = kobject_create_and_add("maxwell", kernel_kobj);
	if (!kobj)
		return -ENOMEM;
	ret = sysfs_create_groups(kobj, groups);
	if (ret)
		kobject_put(kobj);
	return ret;
}

/**
 * mx_sysfs_unregister() - remove the files; waits for accesses under way
 */
void mx_sysfs_unregister(void)
{
	sysfs_remove_groups(kobj, groups);
	kobject_put(kobj);
}
