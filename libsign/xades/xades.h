/* xades/xades.h - the codec for XML signatures and XAdES: EN 319 132-1 over XML-Signature (W3C, 2nd edition).
 */
#ifndef XADES_XADES_H
#define XADES_XADES_H

#include "ades/ades.h"

/* The row of the format table. */
extern const struct ades_format xades_format;

#endif
