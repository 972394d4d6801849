/* known.h - what libraries are known to do wrong without memory, each by a function's name (docs/FAULTS.md).
 */
#ifndef FAULT_KNOWN_H
#define FAULT_KNOWN_H

/* The listed function that the instruction at `pc` belongs to, when the crash is wholly inside the library;
 * else NULL. */
const char *known_crash(const void *pc);

#endif
