// SPDX-License-Identifier: GPL-2.0
/*
 * A library that stands for NVIDIA's in the tests: its GPUs say what the test has put into
 * fake_nvml. GPU 0 tells everything, GPU 1 only what the oldest does.
 */
#include <stdatomic.h>
#include <unistd.h>

#include "fake_nvml.h"

#define NOT_SUPPORTED 3
#define GPU_IS_LOST 15
/* Size 8, version 1. */
#define MARGIN_VERSION 0x01000008

struct fake_nvml fake_nvml;

struct margin {
	unsigned int version;
	int margin_c;
};

int nvmlInit_v2(void)
{
	atomic_fetch_add(&fake_nvml.inits, 1);
	return fake_nvml.broken;
}

int nvmlShutdown(void)
{
	atomic_fetch_sub(&fake_nvml.inits, 1);
	return 0;
}

int nvmlDeviceGetCount_v2(unsigned int *count)
{
	*count = atomic_load(&fake_nvml.gpus);
	return 0;
}

int nvmlDeviceGetHandleByIndex_v2(unsigned int index, void **device)
{
	static char handles[FAKE_GPUS];

	*device = &handles[index];
	return index < FAKE_GPUS ? 0 : GPU_IS_LOST;
}

static unsigned int index_of(void *device)
{
	void *first;

	nvmlDeviceGetHandleByIndex_v2(0, &first);
	return (char *)device - (char *)first;
}

int nvmlDeviceGetTemperature(void *device, int sensor, unsigned int *temp_c)
{
	while (atomic_load(&fake_nvml.hang) == (int)index_of(device) + 1)
		usleep(1000);
	if (sensor || atomic_load(&fake_nvml.lost))
		return GPU_IS_LOST;
	*temp_c = atomic_load(&fake_nvml.temp_c[index_of(device)]);
	return 0;
}

int nvmlDeviceGetTemperatureThreshold(void *device, int which, unsigned int *temp_c)
{
	(void)device;
	*temp_c = 87;
	return which == 1 ? 0 : NOT_SUPPORTED;
}

int nvmlDeviceGetMarginTemperature(void *device, struct margin *margin)
{
	if (index_of(device) || margin->version != MARGIN_VERSION)
		return NOT_SUPPORTED;
	margin->margin_c = atomic_load(&fake_nvml.margin_c);
	return 0;
}

int nvmlDeviceGetPowerUsage(void *device, unsigned int *power_mw)
{
	*power_mw = 123456;
	return index_of(device) ? NOT_SUPPORTED : 0;
}

int nvmlDeviceGetEnforcedPowerLimit(void *device, unsigned int *power_mw)
{
	(void)device;
	*power_mw = 300000;
	return 0;
}

int nvmlDeviceGetFanSpeed(void *device, unsigned int *percent)
{
	*percent = 45;
	return index_of(device) ? NOT_SUPPORTED : 0;
}
