// SPDX-License-Identifier: GPL-2.0
/*
 * Avahi's library, loaded while the daemon runs: who does without mDNS needs no part of it.
 */
#include <dlfcn.h>
#include <string.h>

#include "mdns_internal.h"

#define SYMBOL(name) { "avahi_" #name, offsetof(struct mdns_library, name) }

static const struct {
	const char *name;
	size_t offset;
} symbols[] = {
	SYMBOL(simple_poll_new), SYMBOL(simple_poll_free), SYMBOL(simple_poll_get),
	SYMBOL(simple_poll_iterate), SYMBOL(simple_poll_wakeup), SYMBOL(client_new),
	SYMBOL(client_free), SYMBOL(client_errno), SYMBOL(entry_group_new),
	SYMBOL(entry_group_reset), SYMBOL(entry_group_commit), SYMBOL(entry_group_add_service),
	SYMBOL(entry_group_add_service_subtype), SYMBOL(service_browser_new),
	SYMBOL(service_resolver_new), SYMBOL(service_resolver_free),
	SYMBOL(alternative_service_name), SYMBOL(strerror), SYMBOL(free),
};

/**
 * mdns_library_load() - load it
 * @lib: set
 * @name: of the file
 * @why: set if it cannot be loaded
 *
 * Return: whether it is there, with all that is needed of it.
 */
bool mdns_library_load(struct mdns_library *lib, const char *name, const char **why)
{
	/* It stays: there is no telling what its own libraries have left in the process. */
	void *handle = dlopen(name, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
	size_t i;

	*why = "Avahi's library (libavahi-client3) is not there";
	if (!handle)
		return false;
	for (i = 0; i < sizeof(symbols) / sizeof(symbols[0]); i++) {
		void *symbol = dlsym(handle, symbols[i].name);

		*why = "Avahi's library lacks a function";
		if (!symbol)
			return false;
		memcpy((char *)lib + symbols[i].offset, &symbol, sizeof(symbol));
	}
	return true;
}
