/* crl.h - the contenders of the rows about revocation lists. */
#ifndef BENCHMARKS_CRL_H
#define BENCHMARKS_CRL_H

#include "harness.h"

void crl_ops(struct bench_list *list, const struct bench_settings *s);

#endif
