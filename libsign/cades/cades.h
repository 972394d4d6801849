/* cades/cades.h - the codec for CMS and CAdES: EN 319 122-1 over RFC 5652. */
#ifndef CADES_CADES_H
#define CADES_CADES_H

#include "ades/ades.h"

/* The row of the format table. */
extern const struct ades_format cades_format;

#endif
