/* Gives a process the same "random" numbers again and again, so that a run that takes its seeds from the system can be
   replayed. Loaded by LD_PRELOAD; what is given follows from SINEW_SEED. For simulations alone. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/types.h>

ssize_t getrandom(void *buffer, size_t length, unsigned int flags) {
    (void)flags;
    const char *seed = getenv("SINEW_SEED");
    uint64_t state = seed ? strtoull(seed, NULL, 10) : 0;
    unsigned char *bytes = buffer;
    for (size_t at = 0; at < length; at++) {
        /* SplitMix64, begun anew by each call, so that it does not matter which thread asks first. */
        state += 0x9E3779B97F4A7C15u;
        uint64_t mixed = state;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9u;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBu;
        bytes[at] = (unsigned char)(mixed ^ (mixed >> 31));
    }
    return (ssize_t)length;
}
