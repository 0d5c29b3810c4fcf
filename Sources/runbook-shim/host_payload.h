#ifndef RUNBOOK_HOST_PAYLOAD_H
#define RUNBOOK_HOST_PAYLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// What goes to another machine over the standard input of ssh, and what is needed beside it.
struct host_payload {
    uint8_t *bytes; // the driver, the values, the script
    size_t length;
    char command[128];  // what ssh runs there: a shell that reads the driver and nothing behind it
    char marker[64];    // begins each line of the driver's among the script's output; nobody can guess it
    char **environment; // ssh's own
};

/// Reads `driver` and `script` of the folder, and takes the values out of the environment. Returns whether it could.
bool host_payload_read(int folder, char **environment, struct host_payload *payload);

#endif
