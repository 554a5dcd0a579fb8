// SPDX-License-Identifier: GPL-2.0
/*
 * What `gossipd --check` says: all that is wrong with the settings and with the site file that they
 * name.
 */
#include <stdlib.h>

#include "config.h"
#include "site_file.h"

/**
 * config_check_main - check settings and the site file, for a person to read
 * @path: of the file with the settings
 * @out: where to
 * @more: checks what else a start needs, of settings that are good so far; NULL: nothing
 *
 * Return: 0 if nothing is wrong, else 1
 */
int config_check_main(const char *path, FILE *out, config_check_fn more)
{
	struct config_errors *errors = calloc(1, sizeof(*errors));
	struct daemon_config *config = NULL;
	struct site_file *site = NULL;
	size_t i, bad;

	if (!errors) {
		fprintf(out, "%s: no memory\n", path);
		return 1;
	}
	if (!config_load(path, &config, errors) && config->node.site_file)
		site_file_load(config->node.site_file, &site, errors);
	if (site && site_find_zone(&site->site, config->gossip.zone) == SITE_NONE)
		config_error(errors, "%s: Node.zone: %s has no zone %u", path,
			     config->node.site_file, config->gossip.zone);
	if (config && !errors->nr && more)
		more(path, config, site, errors);
	for (i = 0; i < errors->nr; i++)
		fprintf(out, "%s\n", errors->text[i]);
	if (errors->dropped)
		fprintf(out, "%s: and %zu more errors\n", path, errors->dropped);
	bad = errors->nr;
	if (!bad && site)
		fprintf(out, "%s: good, with %zu nodes in %zu zones\n", path, site->site.nr_nodes,
			site->site.nr_zones);
	else if (!bad)
		fprintf(out, "%s: good\n", path);
	site_file_free(site);
	config_free(config);
	free(errors);
	return bad ? 1 : 0;
}
