// SPDX-License-Identifier: GPL-2.0
/*
 * The plug-in of a transport, loaded if it is there. Without it, or without what it needs, the
 * daemon does all by UDP.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "daemon.h"
#include "log.h"

static void on_log(void *ctx, enum link_log level, const char *text)
{
	(void)ctx;
	if (level == LINK_LOG_WARNING)
		log_warning("%s", text);
	else if (level == LINK_LOG_INFO)
		log_info("%s", text);
	else
		log_debug("%s", text);
}

/* That there is none is worth a warning only to who has asked for it. */
__attribute__((format(printf, 2, 3)))
static void missing(const struct daemon *d, const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (d->config->infiniband.enable == CONFIG_INFINIBAND_YES)
		log_warning("InfiniBand is not used: %s", text);
	else
		log_info("InfiniBand is not used: %s", text);
}

static const struct link_ops *load(struct daemon *d, const char *path)
{
	const struct link_ops *ops;

	d->link_library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (!d->link_library) {
		missing(d, "%s", dlerror());
		return NULL;
	}
	ops = dlsym(d->link_library, LINK_SYMBOL);
	if (ops && ops->abi == LINK_ABI)
		return ops;
	missing(d, "%s is no plug-in of this version", path);
	dlclose(d->link_library);
	d->link_library = NULL;
	return NULL;
}

/**
 * daemon_start_link() - use InfiniBand as well, if there is any
 * @d: which runs, with its core
 * @user: who wants the datagrams; @log is filled in
 *
 * That there is none is no failure, and the plug-in waits for it; the log says so.
 */
void daemon_start_link(struct daemon *d, const struct link_user *user)
{
	const struct config_infiniband *config = &d->config->infiniband;
	const char *path = config->plugin ? config->plugin : GOSSIPD_LINK_PLUGIN;
	struct link_user full = *user;
	const struct link_ops *ops;
	int err;

	if (config->enable == CONFIG_INFINIBAND_NO)
		return;
	ops = load(d, path);
	if (!ops)
		return;
	full.log = on_log;
	d->link_ops = ops;
	err = ops->open(&d->link, &d->loop, config, &full);
	if (!err)
		return;
	missing(d, "%s", strerror(-err));
	d->link = NULL;
	d->link_ops = NULL;
}

/**
 * daemon_link_state() - how it is
 * @d: which runs
 * @state: written
 *
 * Return: false if there is nothing to tell: none was ever there, and nobody has asked for it.
 */
bool daemon_link_state(struct daemon *d, struct link_state *state)
{
	if (!d->link)
		return false;
	d->link_ops->get_state(d->link, state);
	return state->nr_rails || d->config->infiniband.enable == CONFIG_INFINIBAND_YES;
}

/**
 * daemon_stop_link() - use UDP alone
 * @d: which ends; the loop has to run once more
 */
void daemon_stop_link(struct daemon *d)
{
	if (d->link)
		d->link_ops->close(d->link);
	d->link = NULL;
}
