// SPDX-License-Identifier: GPL-2.0
/*
 * To be preloaded: uname() reports the release that RELEASE in the environment says, so that a
 * program can be asked about kernels that there are none of.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

int uname(struct utsname *name)
{
	const char *release = getenv("RELEASE");

	memset(name, 0, sizeof(*name));
	snprintf(name->sysname, sizeof(name->sysname), "Linux");
	snprintf(name->release, sizeof(name->release), "%s", release ? release : "");
	return 0;
}
