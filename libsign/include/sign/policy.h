/* sign/policy.h - how strict a verification is: the signature validation policy (EN 319 102-1, 4.4). */
#ifndef SIGN_POLICY_H
#define SIGN_POLICY_H

#include <sign/types.h>

SIGN_BEGIN_C

/* A policy, read or built in (docs/POLICY.md). const, so many threads may use it. */
typedef struct sign_policy sign_policy;

/*
 * By name ("default", also NULL; "strict", "tr", "tr-uyum") or, when `file` is given, from a JSON file of at
 * most 256 KB; `name` is ignored then. SIGN_E_REFUSED: there is no such policy, or the file is none, with
 * what, where (JSON path) and what is allowed there. SIGN_E_IO: the file cannot be read.
 */
SIGN_CALL sign_rc sign_policy_open(const char *name, const sign_input *file, sign_policy **out,
                                   sign_error *err);
/* "default", or what the file calls itself. Belongs to the policy. */
SIGN_API const char *sign_policy_name(const sign_policy *policy);
/* The i-th built-in name; NULL: there are no more. */
SIGN_API const char *sign_policy_builtin(size_t i);
/* The whole policy as JSON, every check named; what sign_policy_open reads back to the same. */
SIGN_CALL sign_rc sign_policy_write(const sign_policy *policy, const sign_output *out, sign_error *err);
/* Frees it and nulls the pointer. NULL is allowed. */
SIGN_API void sign_policy_free(sign_policy **policy);

/* Hears of one fault; the struct is its for the length of the call. */
typedef void (*sign_policy_told)(void *user, const sign_error *fault);
/*
 * Reads a policy file as sign_policy_open does and tells every fault, in the order of the file, not only the
 * first: up to 256. SIGN_OK: there is none; SIGN_E_REFUSED: *err is the first.
 */
SIGN_CALL sign_rc sign_policy_lint(const sign_input *file, sign_policy_told told, void *user,
                                   sign_error *err);

SIGN_END_C

#endif
