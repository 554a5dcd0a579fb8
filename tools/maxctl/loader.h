/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Attaching and detaching the class: the loader of the BPF glue, and the pin.
 */
#ifndef MAXCTL_LOADER_H
#define MAXCTL_LOADER_H

#include "maxctl.h"

/* loader.c */
int mc_attach(bool all, uint64_t timeout_ns);
int mc_detach(void);
int mc_wait_class(bool attached, uint64_t timeout_ns);

/* bpffs.c */
const char *mc_pin_path(void);
bool mc_bpffs_mounted(void);
int mc_find_pin(void);
int mc_prepare_pin(void);
int mc_remove_pin(void);

#endif /* MAXCTL_LOADER_H */
