// What a waiting shim is told.
#pragma once

#include <stdbool.h>

/// Waits for the order that comes through the socket `input`. Then `input` is the specification, and `argument`, with the
/// room behind it, the folder's path, so that a list of the processes shows it.
/// Returns false when none will come: the server is gone, or somebody asked this process to end.
bool order_wait(int input, char *argument);
