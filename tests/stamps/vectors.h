/* vectors.h - what testdata/stamps/cases.tsv speaks of: signatures with time, certificates, lists, responses.
 */
#ifndef STAMPS_VECTORS_H
#define STAMPS_VECTORS_H

/* Writes them into a folder that is there. Nobody recovers from a vector that cannot be made: the program
 * ends. */
void stamps_vectors(const char *folder);

#endif
