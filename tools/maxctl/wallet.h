/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How wallets, and who is to draw on them, are said on the command line.
 */
#ifndef MAXCTL_WALLET_H
#define MAXCTL_WALLET_H

#include "maxctl.h"

bool mc_is_number(const char *text);
int mc_wallet_which(const char *text, struct mxw_wallet *wallet);
int mc_take_pid(const char *text, struct mxw_wallet *wallet);

#endif /* MAXCTL_WALLET_H */
