// SPDX-License-Identifier: GPL-2.0
/*
 * The commands about money: wallets, who draws on them, and GPUs.
 *
 * A wallet is meant by its id, by its name, or in wallet-get by a thread that draws on it; which of
 * them, the "present" bits of the request say.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "internal.h"

/* A name that is too long must not turn into another wallet's. */
static int set_name(struct mxw *m, struct mxw_wallet *wallet, const char *name)
{
	if (strlen(name) > MAXWELL_WALLET_NAME_LEN)
		return mxw_fail(m, -ENAMETOOLONG, "the name of a wallet has at most %d bytes",
				MAXWELL_WALLET_NAME_LEN);
	snprintf(wallet->name, sizeof(wallet->name), "%s", name);
	MXW_SET(wallet, MAXWELL_A_WALLET_NAME);
	return 0;
}

/**
 * mxw_wallet_new() - make a wallet
 * @m: the connection
 * @terms: name, either income or unlimited, and the present ones of uid, cap_nanocents and
 *	half_life_ms
 * @id: its number; may be NULL
 *
 * It is the caller's if there is no uid. Without a cap it holds what it earns in the tunable
 * wallet_cap_ms, without a half-life it has wallet_half_life_ms.
 *
 * Return: 0, or a negative errno with mxw_error() set: -EPERM without CAP_SYS_NICE, -EEXIST if the
 * name is taken, -ENOSPC if the table of wallets is full, -EDQUOT if the owner would earn more than
 * user_income_max_cents.
 */
int mxw_wallet_new(struct mxw *m, const struct mxw_wallet *terms, uint32_t *id)
{
	struct mxw_wallet made;
	int err;

	err = mxw_get_one(m, MAXWELL_CMD_WALLET_NEW, &mxw_wallet_object, terms, &made);
	if (!err && id)
		*id = made.id;
	return err;
}

/**
 * mxw_wallet_set() - change the terms of a wallet, all or nothing
 * @m: the connection
 * @terms: id or name, and the present ones of unlimited, income, cap_nanocents and half_life_ms,
 *	one of these four at least
 *
 * What is in it beyond a lower cap evaporates at once.
 *
 * Return: 0, or a negative errno with mxw_error() set: -EPERM without CAP_SYS_NICE or for the
 * common wallet, -ENOENT, -EDQUOT if the owner would earn more than user_income_max_cents.
 */
int mxw_wallet_set(struct mxw *m, const struct mxw_wallet *terms)
{
	return mxw_set_one(m, MAXWELL_CMD_WALLET_SET, &mxw_wallet_object, terms);
}

/**
 * mxw_wallet_del() - delete a named wallet
 * @m: the connection
 * @which: id or name
 *
 * Its tasks draw on what their cgroup or user says from then on; what was in it is gone.
 *
 * Return: 0, or a negative errno with mxw_error() set: -EPERM without CAP_SYS_NICE or for a wallet
 * that mxw_wallet_new() did not make, -ENOENT, -EBUSY if it could not be cleared of its tasks.
 */
int mxw_wallet_del(struct mxw *m, const struct mxw_wallet *which)
{
	return mxw_set_one(m, MAXWELL_CMD_WALLET_DEL, &mxw_wallet_object, which);
}

/**
 * mxw_wallet_fund() - put money into a wallet
 * @m: the connection
 * @which: id or name, and amount_nanocents
 *
 * All or nothing.
 *
 * Return: 0, or a negative errno with mxw_error() set: -EPERM without CAP_SYS_NICE, -ENOENT,
 * -EDQUOT if the cap would be exceeded, -EINVAL if the wallet is unlimited.
 */
int mxw_wallet_fund(struct mxw *m, const struct mxw_wallet *which)
{
	return mxw_set_one(m, MAXWELL_CMD_WALLET_FUND, &mxw_wallet_object, which);
}

/**
 * mxw_wallet_grant() - let a user, a thread or a cgroup draw on a wallet
 * @m: the connection
 * @grant: id or name, and one of to_uid, to_pid and to_cgroup
 *
 * Instead of what it drew on before. What a thread is given comes before what its cgroup is
 * granted, and that before its user's.
 *
 * Return: 0, or a negative errno with mxw_error() set: -EPERM without CAP_SYS_NICE, unless both
 * wallets and the thread are the caller's own; -ENOENT for no such wallet or cgroup, -ESRCH for no
 * such thread under the class, -ENOSPC if there is no room for more grants.
 */
int mxw_wallet_grant(struct mxw *m, const struct mxw_wallet *grant)
{
	return mxw_set_one(m, MAXWELL_CMD_WALLET_GRANT, &mxw_wallet_object, grant);
}

/**
 * mxw_wallet_revoke() - take such a grant back
 * @m: the connection
 * @grant: one of to_uid, to_pid and to_cgroup
 *
 * Return: 0, or a negative errno with mxw_error() set: -EPERM without CAP_SYS_NICE, unless wallet
 * and thread are the caller's own; -ENOENT if nothing is granted to the user or the cgroup, -ESRCH
 * for no such thread under the class.
 */
int mxw_wallet_revoke(struct mxw *m, const struct mxw_wallet *grant)
{
	return mxw_set_one(m, MAXWELL_CMD_WALLET_REVOKE, &mxw_wallet_object, grant);
}

/**
 * mxw_wallet_give() - give a wallet to a thread, and to what it forks from then on
 * @m: the connection
 * @name: of the wallet
 * @pid: thread id, 1 or more
 *
 * Return: as mxw_wallet_grant(); -ENAMETOOLONG if the name cannot be a wallet's.
 */
int mxw_wallet_give(struct mxw *m, const char *name, uint32_t pid)
{
	struct mxw_wallet grant = { .to_pid = pid };
	int err;

	MXW_SET(&grant, MAXWELL_A_WALLET_TO_PID);
	err = set_name(m, &grant, name);
	return err ? err : mxw_wallet_grant(m, &grant);
}

/**
 * mxw_wallet_get() - account of one wallet
 * @m: the connection
 * @which: one of id, name and to_pid; with none, or NULL, the one that the caller draws on or would
 * @out: the account
 *
 * Return: 0, or a negative errno with mxw_error() set: -ENOENT for no such wallet, -ESRCH for no
 * such thread.
 */
int mxw_wallet_get(struct mxw *m, const struct mxw_wallet *which, struct mxw_wallet *out)
{
	return mxw_get_one(m, MAXWELL_CMD_WALLET_GET, &mxw_wallet_object, which, out);
}

/**
 * mxw_wallet_by_id() - account of the wallet with a number
 * @m: the connection
 * @id: the number, 1 or more
 * @out: the account
 *
 * Return: as mxw_wallet_get().
 */
int mxw_wallet_by_id(struct mxw *m, uint32_t id, struct mxw_wallet *out)
{
	struct mxw_wallet which = { .id = id };

	MXW_SET(&which, MAXWELL_A_WALLET_ID);
	return mxw_wallet_get(m, &which, out);
}

/**
 * mxw_wallet_by_name() - account of the wallet with a name
 * @m: the connection
 * @name: the name
 * @out: the account
 *
 * Return: as mxw_wallet_get(); -ENAMETOOLONG if the name cannot be a wallet's.
 */
int mxw_wallet_by_name(struct mxw *m, const char *name, struct mxw_wallet *out)
{
	struct mxw_wallet which = { 0 };
	int err = set_name(m, &which, name);

	return err ? err : mxw_wallet_get(m, &which, out);
}

/**
 * mxw_wallet_by_pid() - account of the wallet that a thread draws on
 * @m: the connection
 * @pid: thread id, 1 or more; it need not be under the class
 * @out: the account
 *
 * Return: as mxw_wallet_get().
 */
int mxw_wallet_by_pid(struct mxw *m, uint32_t pid, struct mxw_wallet *out)
{
	struct mxw_wallet which = { .to_pid = pid };

	MXW_SET(&which, MAXWELL_A_WALLET_TO_PID);
	return mxw_wallet_get(m, &which, out);
}

/**
 * mxw_wallet_list() - accounts of all wallets
 * @m: the connection
 * @out: array; the caller frees it
 * @nr: how many there are
 *
 * Return: 0, or a negative errno with mxw_error() set.
 */
int mxw_wallet_list(struct mxw *m, struct mxw_wallet **out, size_t *nr)
{
	return mxw_dump(m, MAXWELL_CMD_WALLET_GET, &mxw_wallet_object, NULL, out, nr);
}

/**
 * mxw_grant_list() - which users and cgroups draw on which wallet
 * @m: the connection
 * @out: array with id, name, and to_uid or to_cgroup; the caller frees it
 * @nr: how many there are
 *
 * Return: 0, or a negative errno with mxw_error() set.
 */
int mxw_grant_list(struct mxw *m, struct mxw_wallet **out, size_t *nr)
{
	return mxw_dump(m, MAXWELL_CMD_GRANT_GET, &mxw_wallet_object, NULL, out, nr);
}

/**
 * mxw_gpu_list() - state of every GPU's auction
 * @m: the connection
 * @out: array; the caller frees it
 * @nr: how many there are
 *
 * Return: 0, or a negative errno with mxw_error() set.
 */
int mxw_gpu_list(struct mxw *m, struct mxw_gpu **out, size_t *nr)
{
	return mxw_dump(m, MAXWELL_CMD_GPU_GET, &mxw_gpu_object, NULL, out, nr);
}
