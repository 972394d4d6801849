/* folder.h - a folder of its own for each test that writes files. */
#ifndef UNIT_BASE_FOLDER_H
#define UNIT_BASE_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

extern char folder[64];
extern char path[128];  /* of "belge" in it */
extern char other[128]; /* of "other" */

void folder_make(void);
void folder_remove(void); /* with what is in it */
size_t entries(bool remove_them);

#endif
