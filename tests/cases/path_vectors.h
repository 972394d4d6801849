/* path_vectors.h - the world of testdata/path/cases.tsv, written into a folder. */
#ifndef CASES_PATH_VECTORS_H
#define CASES_PATH_VECTORS_H

void path_vectors(const char *folder);

#endif
