// SPDX-License-Identifier: GPL-2.0
/*
 * Users of /dev/maxwell, and how much of it each may have open.
 *
 * May sleep; takes user_mutex.
 */
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/slab.h>

#include "gpu.h"

static DEFINE_MUTEX(user_mutex);
static LIST_HEAD(users);

static struct mx_gpu_user *user_of(kuid_t uid)
{
	struct mx_gpu_user *user;

	list_for_each_entry(user, &users, link) {
		if (uid_eq(user->uid, uid))
			return user;
	}
	user = kzalloc_obj(*user, GFP_KERNEL_ACCOUNT);
	if (!user)
		return ERR_PTR(-ENOMEM);
	user->uid = uid;
	list_add(&user->link, &users);
	return user;
}

/**
 * mx_gpu_user_get() - count one more file of the caller
 *
 * Return: the caller's user, -ENOMEM, or -EMFILE if he has MX_GPU_FILES_PER_USER files.
 */
struct mx_gpu_user *mx_gpu_user_get(void)
{
	struct mx_gpu_user *user;

	mutex_lock(&user_mutex);
	user = user_of(current_uid());
	if (!IS_ERR(user)) {
		if (user->files < MX_GPU_FILES_PER_USER)
			user->files++;
		else
			user = ERR_PTR(-EMFILE);
	}
	mutex_unlock(&user_mutex);
	return user;
}

/**
 * mx_gpu_user_put() - undo mx_gpu_user_get()
 * @user: freed with the last file
 */
void mx_gpu_user_put(struct mx_gpu_user *user)
{
	mutex_lock(&user_mutex);
	if (!--user->files) {
		list_del(&user->link);
		kfree(user);
	}
	mutex_unlock(&user_mutex);
}
