// SPDX-License-Identifier: GPL-2.0
/*
 * Settings together with the site file that they name, and what `gossipd --check` says of both.
 */
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "site_file.h"

/**
 * config_load_all() - settings from a file, and the site that they name
 * @path: of the file
 * @config: settings; left alone if they cannot be had
 * @site: set; NULL if they name none, or it cannot be had
 * @errors: what is wrong is added to them
 *
 * Whether they agree is for config_check_place(), once the node has its name.
 *
 * Return: 0 or a negative error; there may be settings in spite of it
 */
int config_load_all(const char *path, struct daemon_config **config, struct site_file **site,
		    struct config_errors *errors)
{
	int ret = config_load(path, config, errors);

	*site = NULL;
	if (!ret && (*config)->node.site_file)
		ret = site_file_load((*config)->node.site_file, site, errors);
	return ret;
}

/**
 * config_place() - where the site has this node
 * @config: the settings
 * @site: description of the site
 *
 * Return: index of the node; %SITE_NONE if it is not there, or has no name yet.
 */
uint32_t config_place(const struct daemon_config *config, const struct site_file *site)
{
	static const struct gw_id none;

	if (!memcmp(&config->gossip.self, &none, sizeof(none)))
		return SITE_NONE;
	return site_find(&site->site, &config->gossip.self);
}

/**
 * config_check_place() - look for what settings and site say differently of where the node stands
 * @path: of the settings
 * @config: the settings
 * @file: description of the site; may be NULL
 * @errors: what is wrong is added
 */
void config_check_place(const char *path, const struct daemon_config *config,
			const struct site_file *file, struct config_errors *errors)
{
	const struct site *site = file ? &file->site : NULL;
	uint16_t zone = config->gossip.zone;
	uint32_t place;

	if (!site)
		return;
	if (site_find_zone(site, zone) == SITE_NONE) {
		config_error(errors, "%s: Node.zone: %s has no zone %u", path,
			     config->node.site_file, zone);
		return;
	}
	place = config_place(config, file);
	if (place != SITE_NONE && site->zones[site->nodes[place].zone].number != zone)
		config_error(errors, "%s: Node.zone: is %u, but %s has this node, %s, in zone %u",
			     path, zone, config->node.site_file, site->nodes[place].name,
			     site->zones[site->nodes[place].zone].number);
}

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
	struct site_file *site;
	size_t i, bad;

	if (!errors) {
		fprintf(out, "%s: no memory\n", path);
		return 1;
	}
	if (!config_load_all(path, &config, &site, errors))
		config_check_place(path, config, site, errors);
	if (config && !errors->nr && more)
		more(path, config, site, errors);
	for (i = 0; i < errors->nr; i++)
		fprintf(out, "%s\n", errors->text[i]);
	if (errors->dropped)
		fprintf(out, "%s: and %zu more errors\n", path, errors->dropped);
	bad = errors->nr;
	if (!bad && site)
		fprintf(out, "%s: good, with %zu nodes in %zu zones%s\n", path, site->site.nr_nodes,
			site->site.nr_zones, more && config_place(config, site) == SITE_NONE ?
			", but not this node" : "");
	else if (!bad)
		fprintf(out, "%s: good\n", path);
	site_file_free(site);
	config_free(config);
	free(errors);
	return bad ? 1 : 0;
}
