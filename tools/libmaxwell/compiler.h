/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The few compiler helpers that the user-space C code has in common.
 */
#ifndef LIBMAXWELL_COMPILER_H
#define LIBMAXWELL_COMPILER_H

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Has the compiler check a format, argument @text, against its values from argument @args on. */
#define PRINTF_FORMAT(text, args) format(printf, text, args)
#define __printf(text, args) __attribute__((PRINTF_FORMAT(text, args)))

#endif /* LIBMAXWELL_COMPILER_H */
