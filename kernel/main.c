// SPDX-License-Identifier: GPL-2.0
/*
 * sched_maxwell: a market for CPU time as a sched_ext scheduling class. Load and unload.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/btf.h>
#include <linux/module.h>
#include <net/genetlink.h>

#include "maxwell.h"
#include "coupling.h"
#include "device.h"
#include "fault.h"
#include "gpu.h"

static int __init maxwell_load(void)
{
	int ret;

	/* Without it the kfuncs would seem registered, and the glue fail to load later. */
	if (!IS_ENABLED(CONFIG_DEBUG_INFO_BTF_MODULES) || !THIS_MODULE->btf_data_size) {
		pr_err("built without module BTF: pahole and the kernel's vmlinux (in its headers package) are needed for the build\n");
		return -ENOENT;
	}
	ret = mx_cpus_alloc();
	if (ret)
		return ret;
	ret = mx_idle_init();
	if (ret)
		goto err_cpus;
	ret = mx_accounts_init();
	if (ret)
		goto err_idle;
	ret = mx_tasks_init();
	if (ret)
		goto err_accounts;
	ret = mx_couplings_init();
	if (ret)
		goto err_tasks;
	ret = mx_gpus_init();
	if (ret)
		goto err_tasks;
	ret = mx_page_init();
	if (ret)
		goto err_gpus;
	ret = mx_pricing_init();
	if (ret)
		goto err_page;
	ret = mx_sysfs_register();
	if (ret)
		goto err_pricing;
	ret = mx_kfuncs_register();
	if (ret)
		goto err_sysfs;
	/* Last: from here on user space finds us. */
	ret = mx_netlink_register();
	if (ret)
		goto err_sysfs;
	ret = mx_device_register();
	if (ret)
		goto err_netlink;
	mx_fault_init();
	pr_info("version %s loaded\n", MAXWELL_VERSION);
	return 0;

err_netlink:
	mx_netlink_unregister();
err_sysfs:
	mx_sysfs_unregister();
err_pricing:
	mx_pricing_exit();
err_page:
	mx_page_exit();
err_gpus:
	mx_gpus_exit();
err_tasks:
	mx_tasks_exit();
err_accounts:
	mx_accounts_exit();
err_idle:
	mx_idle_exit();
err_cpus:
	mx_cpus_free();
	return ret;
}

/* The glue holds a reference while it is loaded, so no task is under the class any more. */
static void __exit maxwell_unload(void)
{
	mx_fault_exit();
	mx_device_unregister();
	mx_netlink_unregister();
	mx_sysfs_unregister();
	mx_pricing_exit();
	mx_page_exit();
	mx_gpus_exit();
	mx_tasks_exit();
	mx_accounts_exit();
	mx_idle_exit();
	mx_cpus_free();
	pr_info("unloaded\n");
}

module_init(maxwell_load);
module_exit(maxwell_unload);

MODULE_DESCRIPTION("Maxwell: thermal-aware scheduling by auction");
MODULE_AUTHOR("The Maxwell developers");
MODULE_LICENSE("GPL");
MODULE_VERSION(MAXWELL_VERSION);
MODULE_ALIAS_GENL_FAMILY(MAXWELL_FAMILY_NAME);
