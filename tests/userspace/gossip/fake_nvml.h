/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FAKE_NVML_H
#define FAKE_NVML_H

#include <stdatomic.h>

#define FAKE_GPUS 2

struct margin;

/**
 * struct fake_nvml - what the library does
 * @inits: users that have not shut it down
 * @broken: what its beginning returns
 * @gpus: how many it says that there are
 * @hang: number of the GPU that does not answer, from 1; 0: all do
 * @lost: all fell off the bus
 * @temp_c: by GPU
 * @margin_c: of the first
 */
struct fake_nvml {
	atomic_int inits;
	int broken;
	atomic_uint gpus;
	atomic_int hang;
	atomic_int lost;
	atomic_uint temp_c[FAKE_GPUS];
	atomic_int margin_c;
};

extern struct fake_nvml fake_nvml;

int nvmlInit_v2(void);
int nvmlShutdown(void);
int nvmlDeviceGetCount_v2(unsigned int *count);
int nvmlDeviceGetHandleByIndex_v2(unsigned int index, void **device);
int nvmlDeviceGetTemperature(void *device, int sensor, unsigned int *temp_c);
int nvmlDeviceGetTemperatureThreshold(void *device, int which, unsigned int *temp_c);
int nvmlDeviceGetMarginTemperature(void *device, struct margin *margin);
int nvmlDeviceGetPowerUsage(void *device, unsigned int *power_mw);
int nvmlDeviceGetEnforcedPowerLimit(void *device, unsigned int *power_mw);
int nvmlDeviceGetFanSpeed(void *device, unsigned int *percent);

#endif /* FAKE_NVML_H */
