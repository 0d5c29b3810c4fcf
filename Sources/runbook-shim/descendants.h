// The processes below this one. As it is their subreaper, they stay below it, whatever session they make and whoever
// forked them.
#pragma once

#include <stdbool.h>

struct census {
    unsigned found;     // descendants that have not ended
    unsigned signalled; // of these, those that took the signal; the others belong to somebody else (sudo)
};

/// Sends the signal to each descendant, parents before their children, so that a shell does not go on to its next
/// command because the one before was ended. Those that fork meanwhile may be missed: repeat until there are none.
struct census descendants_signal(int signal);
